package io.letterbox.record;

import io.letterbox.error.ApiException;
import java.nio.ByteBuffer;

/**
 * Writes a batch again with the codec that a topic keeps its batches with, a {@link TimeSlice} of work at a time. For one
 * thread at a time; used once.
 */
public final class Recompression implements AutoCloseable {
    private final RecordBatch batch;
    private final RecordParser parser = new RecordParser();
    private final BatchWriter writer;
    private int index;

    private Recompression(RecordBatch batch, BatchRules rules) {
        this.batch = batch;
        this.writer = new BatchWriter(batch, rules.codec(), rules.codecLevel(), rules.maxBatchBytes());
        parser.start(batch);
    }

    /** @param records one batch that is known to be right; null comes back where it is as the topic keeps it */
    static Recompression of(ByteBuffer records, BatchRules rules) {
        if (rules.codec() == null) return null;
        RecordBatch batch = RecordBatch.of(records);
        return rules.codec().id() == batch.compression() ? null : new Recompression(batch, rules);
    }

    /**
     * A batch as a topic keeps it.
     *
     * @param records one batch that is known to be right
     * @return the same buffer, or a new one where the topic keeps its batches with another codec
     * @throws ApiException RECORD_TOO_LARGE where the new one is larger than the topic allows
     */
    public static ByteBuffer whole(ByteBuffer records, BatchRules rules) {
        try (Recompression recoding = of(records, rules)) {
            if (recoding == null) return records;
            ByteBuffer kept = null;
            while (kept == null) kept = recoding.goOn();
            return kept;
        }
    }

    /**
     * Goes on by a slice; returns the new batch when it is complete, and null before.
     *
     * @throws ApiException RECORD_TOO_LARGE where the new one is larger than the topic allows
     */
    ByteBuffer goOn() {
        TimeSlice slice = new TimeSlice(parser);
        for (; index < batch.recordCount(); index++) {
            if (!slice.hasRoom()) return null;
            if (!parser.next()) throw parser.corrupt();
            writer.record(parser.array, parser.recordAt, parser.position() - parser.recordAt);
        }
        return writer.finish();
    }

    @Override
    public void close() {
        parser.close();
        writer.close();
    }
}

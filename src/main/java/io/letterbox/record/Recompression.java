package io.letterbox.record;

import io.letterbox.error.ApiException;
import java.nio.ByteBuffer;

/**
 * Writes a batch again with the topic's codec, one {@link TimeSlice} of work at a time. For one thread at a time; used
 * once.
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

    /** @param records one valid batch; the result is null if it has the topic's codec already */
    static Recompression of(ByteBuffer records, BatchRules rules) {
        if (rules.codec() == null) return null;
        RecordBatch batch = RecordBatch.of(records);
        return rules.codec().id() == batch.compression() ? null : new Recompression(batch, rules);
    }

    /**
     * A batch in the topic's codec.
     *
     * @param records one valid batch
     * @return the same buffer, or a new one if the topic has another codec
     * @throws ApiException RECORD_TOO_LARGE if the new one is larger than the topic allows
     */
    public static ByteBuffer whole(ByteBuffer records, BatchRules rules) {
        try (Recompression recompression = of(records, rules)) {
            if (recompression == null) return records;
            ByteBuffer kept = null;
            while (kept == null) kept = recompression.continueWriting();
            return kept;
        }
    }

    /**
     * Writes for one slice. Returns the new batch if it is complete, else null.
     *
     * @throws ApiException RECORD_TOO_LARGE if the new one is larger than the topic allows
     */
    ByteBuffer continueWriting() {
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

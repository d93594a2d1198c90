package io.letterbox.record;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.InvalidRecordsException.Defect;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks batches from clients before they are appended to a log: a batch has to be whole and unchanged, its records
 * numbered from 0 and filling it exactly, and it has to meet the topic's {@link BatchRules}. Compressed batches are
 * read as a stream, within the limits of {@link Decompressor.DecompressionLimit#TAKEN}. For one thread, which reuses it
 * for one batch after the other, and checks a large one in slices. Almost nothing is allocated for a valid uncompressed
 * batch.
 */
public final class BatchCheck {
    /** How many wrong records of one batch are listed. */
    public static final int MAX_DEFECTS = 1_000;

    private final RecordBatch batch = new RecordBatch();
    private final RecordParser parser = new RecordParser(Decompressor.DecompressionLimit.TAKEN);

    // The batch that is being checked.
    private ByteBuffer records;
    private BatchRules rules;
    private long wallMs;

    // The progress of the check.
    private int index;
    private List<Defect> defects = List.of();
    private boolean timestampDefect;
    private long maxTimestampMs;

    /** The recompression after the check, if the topic has another codec; else null. */
    private Recompression recompression;

    /**
     * Begins to check the records of a client for one partition, which have to be exactly one batch v2. Abandons a
     * check that is under way.
     *
     * @param records the bytes between position and limit of a heap buffer; a wrong greatest timestamp in the header is
     *     corrected in place
     * @param wallMs milliseconds since 1970
     * @throws ApiException CORRUPT_RECORDS, INVALID_RECORD, INVALID_TIMESTAMP, UNSUPPORTED_FORMAT or
     *     UNSUPPORTED_COMPRESSION
     */
    public void begin(ByteBuffer records, BatchRules rules, long wallMs) {
        close();
        header(records);
        this.records = records;
        this.rules = rules;
        this.wallMs = wallMs;
        defects = List.of();
        timestampDefect = false;
        maxTimestampMs = Long.MIN_VALUE;
        index = 0;
        parser.start(batch);
    }

    /**
     * Checks for some milliseconds, because a whole batch may take a thousand times as long.
     *
     * @return null if the check is not over; else the same buffer, or a new one if the topic has another codec
     * @throws ApiException CORRUPT_RECORDS, INVALID_RECORD, INVALID_TIMESTAMP or RECORD_TOO_LARGE; an
     *     {@link InvalidRecordsException} if single records are wrong
     */
    public ByteBuffer continueCheck() {
        ByteBuffer kept = null;
        boolean ended = true;
        try {
            kept = slice();
            ended = kept != null;
        } finally {
            if (ended) close();
        }
        return kept;
    }

    private ByteBuffer slice() {
        if (recompression != null) return recompression.continueWriting();
        if (!records()) return null;
        if (maxTimestampMs != batch.maxTimestamp()) batch.setMaxTimestamp(maxTimestampMs);
        recompression = Recompression.of(records, rules);
        return recompression == null ? records : null;
    }

    private void close() {
        parser.close();
        if (recompression != null) recompression.close();
        recompression = null;
    }

    private void header(ByteBuffer records) {
        int size = records.remaining();
        if (size == 0) throw invalid("There is no record batch.");
        batch.wrap(records, records.position());
        if (size > RecordBatch.MAGIC_AT && batch.magic() != 2) throw format(batch.magic());
        String defect = batch.defect();
        if (defect != null) throw new ApiException(ErrorCode.CORRUPT_RECORDS, defect);
        if (batch.sizeInBytes() != size) {
            throw invalid("There has to be one batch per partition; this one is followed by other bytes.");
        }
        int count = batch.recordCount();
        if (count < 1 || count - 1 != batch.lastOffsetDelta()) {
            throw invalid("The batch says that it has " + count + " records up to offset delta "
                    + batch.lastOffsetDelta() + "; they have to be numbered from 0.");
        }
        if (batch.isControl()) throw invalid("Control batches are written by the server only.");
        if (batch.hasDeleteHorizon()) throw invalid("Delete horizons are set by compaction only.");
        if (batch.producerId() >= 0 && (batch.baseSequence() < 0 || batch.producerEpoch() < 0)) {
            throw invalid("A batch with a producer id needs an epoch and a sequence number of 0 or more.");
        }
        if (batch.isTransactional() && batch.producerId() < 0)
            throw invalid("A transaction's batch needs a producer id.");
        if (batch.isLogAppendTime()) {
            throw new ApiException(
                    ErrorCode.INVALID_TIMESTAMP, "Times of append are given by the server; send the time of creation.");
        }
        if (Codec.of(batch.compression()) == null) {
            throw new ApiException(
                    ErrorCode.UNSUPPORTED_COMPRESSION, "There is no compression " + batch.compression() + ".");
        }
    }

    /** Checks more records; true if all have been checked. */
    private boolean records() {
        long base = batch.baseTimestamp();
        int count = batch.recordCount();
        TimeSlice slice = new TimeSlice(parser);
        for (; index < count; index++) {
            if (!slice.hasRoom()) return false;
            if (!parser.next()) throw parser.corrupt();
            if (parser.offsetDelta != index) {
                throw invalid("Record " + index + " has the offset delta " + parser.offsetDelta + ".");
            }
            long timestampMs = base + parser.timestampDelta;
            if (timestampMs > maxTimestampMs) maxTimestampMs = timestampMs;
            if (rules.forbids(parser.keyLength)) keyless();
            else if (rules.forbidsTimestamp(timestampMs, wallMs)) addTimestampDefect(timestampMs);
        }
        if (!parser.atEnd()) {
            throw new ApiException(ErrorCode.CORRUPT_RECORDS, "There are bytes behind the last record of the batch.");
        }
        if (!defects.isEmpty()) throw refused();
        return true;
    }

    private void keyless() {
        add(new Defect(index, "The record has no key, which a compacted topic demands of every record."));
    }

    private void addTimestampDefect(long timestampMs) {
        timestampDefect = true;
        add(new Defect(
                index,
                "The timestamp " + timestampMs + " is further from now than message.timestamp.before.max.ms, "
                        + rules.timestampBeforeMaxMs() + ", or message.timestamp.after.max.ms, "
                        + rules.timestampAfterMaxMs() + ", allows."));
    }

    private void add(Defect defect) {
        if (defects.isEmpty()) defects = new ArrayList<>();
        if (defects.size() < MAX_DEFECTS) defects.add(defect);
    }

    private ApiException refused() {
        return new InvalidRecordsException(
                timestampDefect ? ErrorCode.INVALID_TIMESTAMP : ErrorCode.INVALID_RECORD,
                "Record " + defects.get(0).index() + " of the batch is refused: "
                        + defects.get(0).detail(),
                defects);
    }

    private static ApiException format(byte magic) {
        ErrorCode code = magic < 2 && magic >= 0 ? ErrorCode.UNSUPPORTED_FORMAT : ErrorCode.CORRUPT_RECORDS;
        return new ApiException(code, "The batch has the format version " + magic + ", and only 2 is known.");
    }

    private static ApiException invalid(String detail) {
        return new ApiException(ErrorCode.INVALID_RECORD, detail);
    }
}

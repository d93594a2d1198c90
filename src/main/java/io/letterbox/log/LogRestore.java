package io.letterbox.log;

import io.letterbox.record.BatchCursor;
import io.letterbox.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Puts batches back into a recovered log that were made durable in a write-ahead log, and that a crash took out of the
 * log's own files. Used by the log's owner, before anybody else knows the log.
 */
public final class LogRestore {
    private final PartitionLog log;
    private long appended;

    public LogRestore(PartitionLog log) {
        this.log = log;
    }

    /**
     * Appends those that the log does not have. They come in the order in which they were once appended to it, but may
     * begin long before its end.
     *
     * @param batches whole batches between position and limit
     * @param nowMs the time in milliseconds since 1970, for rolling by age
     * @throws CorruptLogException where the log does not hold what was durable before them
     */
    public void put(ByteBuffer batches, long nowMs) throws IOException {
        BatchCursor cursor = RecordBatch.cursor(batches);
        while (cursor.next()) {
            RecordBatch batch = cursor.batch();
            boolean there = batch.nextOffset() <= log.logEndOffset();
            // A later leader has cut the log here, or would have.
            boolean stale = batch.leaderEpoch() < log.epochs().latestEpoch();
            if (there || stale) continue;
            if (batch.baseOffset() != log.logEndOffset()) {
                throw new CorruptLogException(log.directory() + " ends at offset " + log.logEndOffset()
                        + ", though its records below offset " + batch.baseOffset() + " were durable");
            }
            ByteBuffer one = batches.slice(batch.position(), batch.sizeInBytes());
            log.append(one, batch.leaderEpoch(), nowMs);
            appended++;
        }
    }

    /** How many batches the log had lost. */
    public long appended() {
        return appended;
    }
}

package io.letterbox.log;

import io.letterbox.disk.DataLayout;
import io.letterbox.record.BatchCursor;
import io.letterbox.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Puts batches back into a recovered log that were made durable in a write-ahead log, and that a crash took out of the
 * log's own files. Used by the log's owner, before anybody else knows the log.
 */
public final class WalReplay {
    private final PartitionLog log;
    private long appended;

    /** What a batch that was written ahead is to a log. */
    public enum Place {
        THERE,
        /** A later leader has cut the log before it, or would have. */
        STALE,
        NEXT,
        /** The log does not hold what was durable before it. */
        GAP;

        public static Place of(RecordBatch batch, long logEndOffset, int latestEpoch) {
            if (batch.nextOffset() <= logEndOffset) return THERE;
            if (batch.leaderEpoch() < latestEpoch) return STALE;
            return batch.baseOffset() == logEndOffset ? NEXT : GAP;
        }
    }

    public WalReplay(PartitionLog log) {
        this.log = log;
    }

    /**
     * Appends those that the log does not have. They come in the order in which they were once appended to it, but may
     * begin long before its end.
     *
     * @param batches whole batches between position and limit
     * @param elapsedMs the monotonic time, for rolling by age
     * @throws CorruptLogException where the log does not hold what was durable before them
     */
    public void put(ByteBuffer batches, long elapsedMs) throws IOException {
        BatchCursor cursor = RecordBatch.cursor(batches);
        while (cursor.next()) {
            RecordBatch batch = cursor.batch();
            Place place = Place.of(batch, log.logEndOffset(), log.epochs().latestEpoch());
            if (place == Place.GAP) {
                String what = RecoveryRules.endsEarly(log.logEndOffset(), batch.baseOffset());
                throw new CorruptLogException(DataLayout.shown(log.directory()) + ": " + what);
            }
            if (place != Place.NEXT) continue;
            ByteBuffer one = batches.slice(batch.position(), batch.sizeInBytes());
            log.append(one, batch.leaderEpoch(), elapsedMs);
            appended++;
        }
    }

    /** How many batches the log had lost. */
    public long appended() {
        return appended;
    }
}

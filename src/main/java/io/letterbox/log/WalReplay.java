package io.letterbox.log;

import io.letterbox.disk.DataLayout;
import io.letterbox.record.BatchCursor;
import io.letterbox.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Replays batches of the write-ahead log into a recovered log whose own files lost them in a crash. Used by the log's
 * owner, before the log is published.
 */
public final class WalReplay {
    private final PartitionLog log;
    private long appended;

    /** How a batch of the write-ahead log relates to the end of a log. */
    public enum BatchPosition {
        THERE,
        /** The log has a newer leader epoch: a later leader has truncated the log before this batch, or would have. */
        STALE,
        NEXT,
        /** The log lacks durable records before this batch. */
        GAP;

        public static BatchPosition of(RecordBatch batch, long logEndOffset, int latestEpoch) {
            if (batch.nextOffset() <= logEndOffset) return THERE;
            if (batch.leaderEpoch() < latestEpoch) return STALE;
            return batch.baseOffset() == logEndOffset ? NEXT : GAP;
        }
    }

    public WalReplay(PartitionLog log) {
        this.log = log;
    }

    /**
     * Appends the batches that the log does not have. They are in the order in which they were appended before, but may
     * begin long before the log's end.
     *
     * @param batches whole batches between position and limit
     * @param elapsedMs the monotonic time, for rolling by age
     * @throws CorruptLogException if the log lacks durable records before them
     */
    public void put(ByteBuffer batches, long elapsedMs) throws IOException {
        BatchCursor cursor = RecordBatch.cursor(batches);
        while (cursor.next()) {
            RecordBatch batch = cursor.batch();
            BatchPosition place =
                    BatchPosition.of(batch, log.logEndOffset(), log.epochs().latestEpoch());
            if (place == BatchPosition.GAP) {
                String what = RecoveryRules.endsEarly(log.logEndOffset(), batch.baseOffset());
                throw new CorruptLogException(DataLayout.displayName(log.directory()) + ": " + what);
            }
            if (place != BatchPosition.NEXT) continue;
            ByteBuffer one = batches.slice(batch.position(), batch.sizeInBytes());
            log.append(one, batch.leaderEpoch(), elapsedMs);
            appended++;
        }
    }

    /** How many batches were appended. */
    public long appended() {
        return appended;
    }
}

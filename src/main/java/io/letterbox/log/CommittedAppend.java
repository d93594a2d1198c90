package io.letterbox.log;

import io.letterbox.disk.DataLayout;
import io.letterbox.record.BatchCursor;
import io.letterbox.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Appends batches that a leader has appended to its own log and that are committed, at the same offsets. Used by the
 * log's owner, while nothing in the log is above the high watermark.
 */
public final class CommittedAppend {
    private final PartitionLog log;

    /** Told of each batch that was appended. */
    @FunctionalInterface
    public interface Listener {
        void appended(long baseOffset, long nextOffset, ByteBuffer batch);
    }

    public CommittedAppend(PartitionLog log) {
        this.log = log;
    }

    /**
     * Appends what the log does not have. What it has must be the same, byte for byte; what lies below its start is
     * passed over.
     *
     * @param batches whole batches between position and limit, with their offsets and leader epochs; not kept
     * @param elapsedMs the monotonic time at which the leader appended them
     * @throws CorruptLogException if the log has other bytes there, or lacks records before these
     * @throws IOException if a batch could not be written; those before it are in the log
     */
    public void put(ByteBuffer batches, long elapsedMs, Listener listener) throws IOException {
        BatchCursor cursor = RecordBatch.cursor(batches);
        while (cursor.next()) {
            RecordBatch batch = cursor.batch();
            long baseOffset = batch.baseOffset();
            long nextOffset = batch.nextOffset();
            if (nextOffset <= log.logStartOffset()) continue;
            ByteBuffer one = batches.slice(batch.position(), batch.sizeInBytes());
            if (nextOffset <= log.logEndOffset()) {
                requireSame(one, baseOffset);
                continue;
            }
            if (baseOffset != log.logEndOffset()) {
                throw broken("it ends at offset " + log.logEndOffset() + ", but the next records committed begin at "
                        + baseOffset);
            }
            log.append(one.duplicate(), batch.leaderEpoch(), elapsedMs);
            listener.appended(baseOffset, nextOffset, one);
        }
    }

    private void requireSame(ByteBuffer batch, long baseOffset) throws IOException {
        ByteBuffer there =
                log.read(baseOffset, batch.remaining(), log.logEndOffset()).batches();
        boolean same = there.remaining() >= batch.remaining()
                && there.slice(there.position(), batch.remaining()).equals(batch);
        if (!same) throw broken("the records at offset " + baseOffset + " are not those that were committed there");
    }

    private CorruptLogException broken(String why) {
        return new CorruptLogException(DataLayout.displayName(log.directory()) + ": " + why + ".");
    }
}

package io.letterbox.storage;

import io.letterbox.bus.Committed;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.log.Flush;
import io.letterbox.log.wal.WalEntry;
import io.letterbox.log.wal.WriteAheadLog;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.replication.Input;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One synchronous write for everything that waits. Appends run on the shard's queue and mark their partition here; the
 * commit is queued once, behind whatever was queued already, so the group grows by itself while the disk is slow, with no
 * timer and no lock. Owned by the shard's thread.
 */
final class GroupCommit {
    private final WriteAheadLog wal;
    private final ParallelFsync forces;
    private final Map<HostedPartition, Written> dirty = new LinkedHashMap<>();
    private int batches;
    private int records;
    private long bytes;

    /** What one log has got since the last commit. */
    private static final class Written {
        private final long firstOffset;
        private final List<ByteBuffer> batches = new ArrayList<>();
        private int sizeBytes;

        Written(long firstOffset) {
            this.firstOffset = firstOffset;
        }
    }

    /**
     * @param wal where groups are made durable
     * @param forces what makes the logs of a group durable where that is not possible
     */
    GroupCommit(WriteAheadLog wal, ParallelFsync forces) {
        this.wal = wal;
        this.forces = forces;
    }

    /** What one commit did. */
    record Outcome(Committed committed, int batches, int records, long bytes, long fsyncNanos) {}

    /** Adds a batch that was appended; true for the first of a group, which is when the commit has to be queued. */
    boolean add(HostedPartition partition, long baseOffset, ByteBuffer batch, int recordCount) {
        boolean first = batches == 0;
        Written written = dirty.computeIfAbsent(partition, p -> new Written(baseOffset));
        written.batches.add(batch);
        written.sizeBytes += batch.remaining();
        batches++;
        records += recordCount;
        bytes += batch.remaining();
        return first;
    }

    /** Whether a checkpoint would make room for what waits. */
    boolean wantsCheckpoint() {
        long synced = 0;
        for (Map.Entry<HostedPartition, Written> each : dirty.entrySet()) {
            if (wantsSync(each.getKey())) synced += each.getValue().sizeBytes;
        }
        return wal.room(dirty.size(), synced) == WriteAheadLog.Room.AFTER_TURN;
    }

    /**
     * Makes durable what topics want to be, moves the high watermarks and keeps the promises.
     *
     * @throws ForceFailedException where a write failed; nothing may be acknowledged by this shard any more
     * @throws IOException where something was lacking: nothing is acknowledged, and the group is to be committed again
     */
    Outcome commit() throws IOException {
        long start = System.nanoTime();
        boolean written = makeDurable();
        long fsyncNanos = written ? System.nanoTime() - start : 0;
        List<Committed.Moved> moved = new ArrayList<>(dirty.size());
        for (HostedPartition partition : dirty.keySet()) {
            if (partition.isGone()) continue;
            Input durable = new Input.Durable(partition.log().logEndOffset());
            partition.replica().step(durable, output -> partition.perform(output, moved));
        }
        Outcome outcome = new Outcome(new Committed(List.copyOf(moved)), batches, records, bytes, fsyncNanos);
        dirty.clear();
        batches = 0;
        records = 0;
        bytes = 0;
        return outcome;
    }

    private static boolean wantsSync(HostedPartition partition) {
        return partition.config().flush() == TopicConfig.Flush.SYNC;
    }

    private boolean makeDurable() throws IOException {
        List<WalEntry> ahead = new ArrayList<>(dirty.size());
        List<HostedPartition> aheadOf = new ArrayList<>(dirty.size());
        List<Flush> flushes = new ArrayList<>();
        for (Map.Entry<HostedPartition, Written> each : dirty.entrySet()) {
            HostedPartition partition = each.getKey();
            Written written = each.getValue();
            if (partition.isGone() || !wantsSync(partition)) continue;
            // What was tried before has succeeded for it, and not for all.
            if (partition.log().durableOffset() >= partition.log().logEndOffset()) continue;
            // What is written ahead has to follow on what is durable, which the topic may not have wanted before.
            if (partition.log().durableOffset() < written.firstOffset) {
                flushes.add(partition.log().startFlush());
            } else {
                ahead.add(new WalEntry(partition.id(), partition.topicId(), written.batches, written.sizeBytes));
                aheadOf.add(partition);
            }
        }
        if (!ahead.isEmpty() && wal.write(ahead))
            aheadOf.forEach(partition -> partition.log().writtenAhead());
        else aheadOf.forEach(partition -> flushes.add(partition.log().startFlush()));
        forces.force(flushes);
        return !aheadOf.isEmpty() || !flushes.isEmpty();
    }
}

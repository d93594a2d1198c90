package io.letterbox.storage;

import io.letterbox.bus.Committed;
import io.letterbox.metadata.TopicConfig.Flush;
import io.letterbox.replication.Input;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One fsync for everything that waits. Appends run on the shard's queue and mark their partition here; the commit is
 * queued once, behind whatever was queued already, so the group grows by itself while the disk is slow, with no timer and
 * no lock. Owned by the shard's thread.
 */
final class GroupCommit {
    private final Forces forces;
    private final Set<HostedPartition> dirty = new LinkedHashSet<>();
    private final List<HostedPartition> unsafe = new ArrayList<>();
    private int batches;
    private int records;
    private long bytes;

    /** @param forces what makes the logs of a group durable, at the same time */
    GroupCommit(Forces forces) {
        this.forces = forces;
    }

    /** What one commit did. */
    record Outcome(Committed committed, int batches, int records, long bytes, long fsyncNanos) {}

    /** Adds a batch that was appended; true for the first of a group, which is when the commit has to be queued. */
    boolean add(HostedPartition partition, int recordCount, int sizeBytes) {
        boolean first = batches == 0;
        dirty.add(partition);
        batches++;
        records += recordCount;
        bytes += sizeBytes;
        return first;
    }

    /**
     * Forces the logs that want it, moves the high watermarks and keeps the promises.
     *
     * @throws IOException where a force failed; nothing may be acknowledged by this shard any more
     */
    Outcome commit(long nowMs) throws IOException {
        unsafe.clear();
        for (HostedPartition partition : dirty) {
            if (partition.config().flush() == Flush.SYNC) unsafe.add(partition);
        }
        long start = System.nanoTime();
        forces.force(
                unsafe.stream().map(partition -> partition.log().startFlush()).toList());
        long fsyncNanos = unsafe.isEmpty() ? 0 : System.nanoTime() - start;
        List<Committed.Moved> moved = new ArrayList<>(dirty.size());
        for (HostedPartition partition : dirty) {
            Input durable = new Input.Durable(partition.log().logEndOffset());
            partition.replica().step(durable, nowMs, output -> ShardOutputs.perform(partition, output, moved));
        }
        Outcome outcome = new Outcome(new Committed(List.copyOf(moved)), batches, records, bytes, fsyncNanos);
        dirty.clear();
        batches = 0;
        records = 0;
        bytes = 0;
        return outcome;
    }

    /** Where the force failed, after {@link #commit} has thrown. */
    HostedPartition failed() {
        return unsafe.stream()
                .filter(partition -> partition.log().isPoisoned())
                .findFirst()
                .orElse(unsafe.get(0));
    }
}

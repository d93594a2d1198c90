package io.letterbox.storage;

import io.letterbox.bus.Committed;
import io.letterbox.error.ApiException;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.record.TopicPartition;
import io.letterbox.replication.Output;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A shard of a node that stands alone: it serves what the image says, as far as that is possible. */
final class LocalShard implements ShardRole {
    private static final Logger LOG = LoggerFactory.getLogger(LocalShard.class);

    private final PartitionTable partitions;
    private final ShardPartitions opening;
    private final LocalJournal journal;
    private final GroupCommit group;
    private final ShardCheckpoint checkpoint;
    private final Listener listener;

    private ClusterImage image;

    /** True if something of the image could not be done yet. */
    private boolean unfinished;

    /** Written by the shard's thread, read by any. */
    private volatile boolean dropsLeft = true;

    LocalShard(
            PartitionTable partitions,
            ShardPartitions opening,
            LocalJournal journal,
            GroupCommit group,
            ShardCheckpoint checkpoint,
            Listener listener) {
        this.partitions = partitions;
        this.opening = opening;
        this.journal = journal;
        this.group = group;
        this.checkpoint = checkpoint;
        this.listener = listener;
    }

    @Override
    public boolean leads() {
        return true;
    }

    @Override
    public int maxBatchBytes() {
        return Integer.MAX_VALUE;
    }

    @Override
    public ApiException refusal(HostedPartition partition) {
        Output.Reject reject = partition.replica().rejection();
        return reject == null ? null : new ApiException(reject.code(), reject.detail());
    }

    @Override
    public void look() {
        // There are none.
    }

    @Override
    public boolean wantsCheckpoint() {
        JournalEntry.Group pending = group.pending();
        return pending != null && journal.wantsCheckpoint(pending);
    }

    @Override
    public Map<TopicPartition, ApiException> onImage(ClusterImage newImage) {
        image = newImage;
        return apply();
    }

    @Override
    public void proceed() {
        if (unfinished) apply();
    }

    private Map<TopicPartition, ApiException> apply() {
        unfinished = true;
        Map<TopicPartition, ApiException> unserved = Map.of();
        List<Committed.Moved> moved = new ArrayList<>();
        try {
            unserved = opening.apply(image, checkpoint::awaitForces, moved);
            dropsLeft = opening.isLeaving();
            unfinished = !unserved.isEmpty() || dropsLeft;
        } catch (IOException fatal) {
            listener.broken(fatal);
        } catch (RuntimeException unexpected) {
            LOG.error("{} could not follow the metadata, and tries again", partitions, unexpected);
        }
        listener.committed(new Committed(moved), 0);
        listener.partitionsChanged();
        return unserved;
    }

    @Override
    public boolean hasDropsLeft() {
        return dropsLeft;
    }

    @Override
    public void fail(Throwable why) {
        // What is open is still read.
    }

    @Override
    public void close() {
        // What waits was committed before.
    }

    @Override
    public void closed(boolean whole) throws IOException {
        if (whole) journal.discard();
        else journal.close();
    }
}

package io.letterbox;

import io.letterbox.cluster.copy.CopyTarget;
import io.letterbox.cluster.healing.RepairPhase;
import io.letterbox.cluster.healing.RepairPhaseFile;
import io.letterbox.cluster.healing.RepairStep;
import io.letterbox.cluster.healing.RepairView;
import io.letterbox.cluster.raft.RaftNode;
import io.letterbox.cluster.raft.RaftShardLog;
import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.log.CorruptLogException;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.storage.ReplicaPins;
import io.letterbox.storage.ReplicaPlacing;
import java.io.IOException;

/** What there is on disk of this node's replica of a shard, its own files and Raft's. One call at a time; blocks. */
final class ReplicaFiles {
    private final ReplicaSite site;
    private final int shard;
    private final DataLayout layout;
    private final Disk disk;
    private final ReplicaPlacing placing;

    // Read by any thread.
    private volatile RepairPhase phase;

    /** @throws IOException if it cannot be read how far the replica has come */
    ReplicaFiles(ReplicaSite site, int shard) throws IOException {
        this.site = site;
        this.shard = shard;
        this.layout = site.services().directory().layout();
        this.disk = site.services().files();
        this.placing = new ReplicaPlacing(disk, layout, shard);
        this.phase = RepairPhaseFile.read(disk, layout.repair(shard));
    }

    private RaftNode raft() {
        return site.cluster().raft();
    }

    private String clusterId() {
        return site.cluster().clusterId();
    }

    /** How far the replica has come, as it is written down. Any thread. */
    RepairPhase phase() {
        return phase;
    }

    /** Writes down how far it has come, durably. */
    Void become(RepairPhase next) throws IOException {
        if (!disk.exists(layout.shard(shard))) {
            disk.createDirectories(layout.shard(shard));
            disk.forceDirectory(layout.shards());
        }
        RepairPhaseFile.write(disk, layout.repair(shard), next);
        phase = next;
        return null;
    }

    /** Notes that the replica is in its group, and so has promised something from now on. */
    void entered() throws IOException {
        if (disk.exists(layout.entered(shard))) return;
        disk.create(layout.entered(shard)).close();
        disk.forceDirectory(layout.meta());
    }

    /** What there is of what the replica promised, while it does not run. */
    RepairView.Kept kept() {
        if (RaftShardLog.remembers(raft(), clusterId(), shard)) return RepairView.Kept.THERE;
        // Not by what the shard has, as all of that may be gone; with this file the directory's id would be gone, too.
        try {
            return disk.exists(layout.entered(shard)) ? RepairView.Kept.GONE : RepairView.Kept.NEVER_OPENED;
        } catch (IOException unknown) {
            return RepairView.Kept.GONE;
        }
    }

    /** Where a copy has to end so that what Raft has here follows on it. */
    long leastIndex() {
        try {
            long first = RaftShardLog.firstIndex(raft(), clusterId(), shard);
            return first >= 0
                    ? first - 1
                    : new ReplicaPins(disk, layout).checkpointed(shard).index();
        } catch (IOException unreadable) {
            // It is copied again where that was not enough.
            return -1;
        }
    }

    /** @throws IOException while Raft may still vote for the replica */
    void requireLeft() throws IOException {
        RaftShardLog.requireLeft(raft(), clusterId(), shard);
    }

    /** Where a copy is written to. */
    CopyTarget target() {
        return new CopyTarget(disk, ReplicaPlacing.directory(layout, shard));
    }

    /** Deletes what there is of a copy. */
    void clearCopy() throws IOException {
        placing.clear();
    }

    /**
     * Reads every batch of a copy that is complete, and writes down that it is whole.
     *
     * @param metadataVersion what the copy needs
     * @throws CorruptLogException if it is damaged; then it is deleted
     */
    Void check(RepairStep.Copy step, long metadataVersion, ClusterImage image) throws IOException {
        if (image.version() < metadataVersion)
            throw new IOException("the copy needs metadata that this node does not have yet");
        try {
            return become(new RepairPhase.Copied(step.keepsVote(), placing.check(image, site.services())));
        } catch (CorruptLogException useless) {
            placing.clear();
            throw useless;
        }
    }

    /** Puts a copy in the place of what was there. */
    Void place(RepairPhase.Copied copied) throws IOException {
        placing.place();
        RaftShardLog.prepareFor(raft(), clusterId(), shard, copied.keepsVote(), copied.position());
        return become(copied.keepsVote() ? new RepairPhase.Sound() : new RepairPhase.Placed());
    }
}

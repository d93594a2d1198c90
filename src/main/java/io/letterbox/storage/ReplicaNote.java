package io.letterbox.storage;

import io.letterbox.storage.replica.ReplicatedLog;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What a checkpoint of a replica leaves behind: a {@link ReplicaCheckpoint}. The replicated log is told once it is on
 * disk. Owned by the shard's thread.
 */
final class ReplicaNote implements ShardCheckpoint.Note {
    private final StorageServices services;
    private final ReplicaPartitions partitions;
    private final ReplicatedLog log;
    private final Path file;

    /** What is being forced or written. Read beside the shard's thread while it does not change. */
    private ReplicaCheckpoint pinned;

    ReplicaNote(StorageServices services, ReplicaPartitions partitions, ReplicatedLog log) {
        this.services = services;
        this.partitions = partitions;
        this.log = log;
        this.file = services.directory()
                .layout()
                .replicaCheckpoint(partitions.table().shard());
    }

    /** What the last process left. */
    ReplicaCheckpoint read() throws IOException {
        return ReplicaCheckpoint.read(services.files(), file);
    }

    @Override
    public boolean ofWholeLogs() {
        return true;
    }

    @Override
    public void begins(boolean again) {
        pinned = partitions.checkpoint();
    }

    @Override
    public boolean forced() {
        return partitions.isForced(pinned);
    }

    @Override
    public void write() throws IOException {
        pinned.write(services.files(), file);
    }

    @Override
    public void written() throws IOException {
        log.checkpointed(pinned.position());
        partitions.written(pinned);
    }
}

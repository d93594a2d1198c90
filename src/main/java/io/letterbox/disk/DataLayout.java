package io.letterbox.disk;

import java.nio.file.Path;
import java.util.Set;

/**
 * The paths of the files in a data directory.
 *
 * <pre>
 * shards/&lt;shard&gt;/&lt;topic id&gt;-&lt;partition&gt;/   the logs
 * meta/                          the directory's id, metadata log, recovery points, when and how the last process ended
 * wal/                           the write-ahead files of shards; made by the first shard
 * raft/                          what this node has promised in Raft's groups; only in a cluster
 * natives/                       native libraries while they are loaded, if the temporary directory cannot be used
 * lock                           held by the process that serves
 * </pre>
 *
 * @param root the data directory
 */
public record DataLayout(Path root) {
    private static final Set<String> PARTS = Set.of("shards", "topics", "meta", "wal");

    /**
     * The name of a file or directory for messages that may reach clients: its path within the data directory. The path
     * of that directory itself is not shown to clients.
     */
    public static String displayName(Path path) {
        for (int index = path.getNameCount() - 1; index >= 0; index--) {
            if (PARTS.contains(path.getName(index).toString()))
                return path.subpath(index, path.getNameCount()).toString();
        }
        return String.valueOf(path.getFileName());
    }

    public Path shards() {
        return root.resolve("shards");
    }

    /** Where the partitions of a shard have their directories. */
    public Path shard(int id) {
        return shards().resolve(Integer.toString(id));
    }

    /** Where a replica of a shard begins at a start; only in a cluster. */
    public Path replicaCheckpoint(int shard) {
        return shard(shard).resolve("replica-checkpoint");
    }

    /** The file that says how far a replica has come that is filled again; there is none while it is sound. */
    public Path repair(int shard) {
        return shard(shard).resolve("repair");
    }

    /**
     * The directory in which earlier versions had the logs, as {@code topics/<topic>/<partition>/}. The first start
     * moves them; directories of unknown topics stay.
     */
    public Path topics() {
        return root.resolve("topics");
    }

    public Path meta() {
        return root.resolve("meta");
    }

    public Path wal() {
        return root.resolve("wal");
    }

    /** The directory of Raft; only where the directory belongs to a cluster. */
    public Path raft() {
        return root.resolve("raft");
    }

    /** The file with the members with which Raft began. */
    public Path raftMembers() {
        return raft().resolve("members");
    }

    public Path natives() {
        return root.resolve("natives");
    }

    public Path lock() {
        return root.resolve("lock");
    }

    /** The file that tells this directory from every other one. */
    public Path directoryId() {
        return meta().resolve("directory-id");
    }

    /** The file that says which cluster the directory belongs to; only where it belongs to one. */
    public Path cluster() {
        return meta().resolve("cluster");
    }

    /** The file that exists once this directory has taken part in the Raft group of a shard. */
    public Path entered(int shard) {
        return meta().resolve("entered-shard-" + shard);
    }

    public Path metadataLog() {
        return meta().resolve("metadata.log");
    }

    public Path recoveryPoints() {
        return meta().resolve("recovery-points");
    }

    /** The file with the time when the directory was last served. */
    public Path lastServed() {
        return meta().resolve("last-served");
    }

    /** The file of zeros that is deleted on a full disk. */
    public Path ballast() {
        return meta().resolve("ballast");
    }

    /** The file that exists after a clean stop only. */
    public Path cleanShutdown() {
        return meta().resolve("clean-shutdown");
    }

    /** The file that exists if a force has failed since the last start. */
    public Path forceFailed() {
        return meta().resolve("force-failed");
    }
}

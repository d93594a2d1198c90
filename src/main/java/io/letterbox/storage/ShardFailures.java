package io.letterbox.storage;

import io.letterbox.disk.ForceFailedException;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.CorruptLogException;
import io.letterbox.text.FileTrouble;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Decides what a failed file operation of one partition means: the end of the shard, the end of the partition, or a
 * shortage that passes. Owned by the shard's thread.
 */
final class ShardFailures {
    private final StorageServices services;

    ShardFailures(StorageServices services) {
        this.services = services;
    }

    /** An operation on one partition. */
    @FunctionalInterface
    interface PartitionOperation {
        void run() throws IOException;
    }

    /**
     * Runs an operation on a partition and handles its failure, so that the other partitions go on.
     *
     * @throws IOException if a force failed: the shard must end
     */
    void attempt(FileOperation work, HostedPartition partition, PartitionOperation step) throws IOException {
        try {
            step.run();
            services.shortages().succeeded(work, partition.id());
        } catch (IOException failed) {
            handle(work, partition, failed);
        }
    }

    /** Handles a failure that the shard survives, and throws the others. */
    void handle(FileOperation work, HostedPartition partition, IOException failed) throws IOException {
        if (endsShard(partition, failed)) throw failed;
        boolean serves = partition.log() != null && !partition.isGone();
        if (serves && failed instanceof CorruptLogException) {
            partition.quarantine(failed.getMessage());
        } else if (!serves || !isLost(partition)) {
            services.shortages().failed(work, partition.id(), failed);
        }
        if (serves && partition.quarantine() != null) services.shortages().succeeded(work, partition.id());
    }

    private static boolean endsShard(HostedPartition partition, IOException failed) {
        return failed instanceof ForceFailedException
                || partition.log() != null
                        && !partition.isGone()
                        && partition.log().isPoisoned();
    }

    /** Whether the partition's directory was removed; if so, takes the partition out of service. */
    boolean isLost(HostedPartition partition) throws IOException {
        Path directory = partition.log().directory();
        if (services.files().exists(directory)) return false;
        partition.onDirectoryRemoved(
                "its directory was removed while the server was running; restore it from a backup while the server"
                        + " is stopped, or delete the topic");
        return true;
    }

    /** What everyone is told who asks for a shard that takes no more records. */
    static ApiException ended(String what, IOException e) {
        return new ApiException(
                ErrorCode.STORAGE_FAILED,
                "Writing " + what + " failed (" + FileTrouble.reason(e)
                        + "), so this shard takes no more records. Check the disk and restart the server.");
    }
}

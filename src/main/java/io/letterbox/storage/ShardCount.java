package io.letterbox.storage;

import io.letterbox.error.ApiException;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.MetadataLog;
import io.letterbox.metadata.Reply;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The number of shards of a data directory, which is fixed at its first start. */
public final class ShardCount {
    private static final Logger LOG = LoggerFactory.getLogger(ShardCount.class);

    /** The limit for the default number: more writers do not make one disk faster. */
    private static final int MOST_BY_CORES = 4;

    private ShardCount() {}

    /**
     * The number of shards. If there are none yet, makes them durably, and assigns every partition to one of them.
     * Blocks.
     *
     * @param configured {@code storage.shards}; 0 for a number by the cores
     * @throws ApiException if they cannot be made
     */
    public static int of(MetadataLog metadata, int nodeId, int configured) {
        int there = metadata.image().shards().size();
        if (there == 0) return create(metadata, nodeId, configured);
        if (configured > 0 && configured != there) {
            LOG.warn(
                    "storage.shards is {}, but the data directory has had {} shards since its first start, and goes on"
                            + " with {}: their number cannot be changed. Set storage.shards to {}, or leave it out",
                    configured,
                    there,
                    there,
                    there);
        }
        return there;
    }

    private static int create(MetadataLog metadata, int nodeId, int configured) {
        int count = configured > 0 ? configured : suitable();
        Reply reply = propose(metadata, new Command.CreateShards(nodeId, count));
        if (reply instanceof Reply.Refused refused) throw new ApiException(refused.code(), refused.detail());
        return count;
    }

    private static Reply propose(MetadataLog metadata, Command command) {
        try {
            return metadata.propose(command).toCompletableFuture().join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof ApiException refusal) throw refusal;
            throw failed;
        }
    }

    /**
     * The default number of shards: more would cost threads and be of little use, because a shard mostly waits for its
     * disk.
     */
    private static int suitable() {
        return Math.max(1, Math.min(MOST_BY_CORES, Runtime.getRuntime().availableProcessors() / 2));
    }
}

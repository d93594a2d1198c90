package io.letterbox.storage;

import io.letterbox.bus.Committed;
import io.letterbox.error.ApiException;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.util.Map;

/**
 * What a shard does differently on a node that stands alone ({@link LocalShard}) and as one replica of several
 * ({@link ReplicaShard}). Owned by the shard's thread.
 */
sealed interface ShardRole permits LocalShard, ReplicaShard {
    /** Told about what happens to the shard, on its thread. */
    interface Listener {
        /**
         * High watermarks have moved.
         *
         * @param bytes so much was appended without a group commit of this node
         */
        void committed(Committed moved, long bytes);

        /**
         * An entry of the log that all replicas share was applied.
         *
         * @param sizeBytes of the entry
         * @param own whether this replica has proposed it under the leadership that it has
         * @param nanos if so, how long ago
         */
        void applied(int sizeBytes, boolean own, long nanos);

        /** This node leads the shard; its partitions take appends. */
        void leads();

        /** It leads no more: nothing is above the high watermarks, and who waited has been refused. */
        void follows();

        /** Partitions have been opened, configured or dropped. */
        void partitionsChanged();

        /** Something waits that {@link #look} may end: it is to be called again in a moment. */
        void looksSoon();

        /** Something is lacking; {@link #proceed} is to be called again. */
        void lacks(IOException what);

        /** The shard is of no use any more. */
        void broken(Throwable why);
    }

    /** Whether this node takes appends for the shard and decides. */
    boolean leads();

    /** No record batch may be larger, whatever its topic allows. */
    int maxBatchBytes();

    /** Why a partition takes no appends, although this node leads; null if it does. */
    ApiException refusal(HostedPartition partition);

    /** Looks at other replicas; now and then. */
    void look();

    /** Whether the journal has no room for the open group, but a checkpoint would make room. */
    boolean wantsCheckpoint();

    /**
     * Takes over what the node has applied of the metadata.
     *
     * @return the partitions that this node should serve alone and does not, and why
     */
    Map<TopicPartition, ApiException> onImage(ClusterImage image);

    /** Does what had to wait, and can be done now. */
    void proceed();

    /** Whether files of topics that were deleted are still there, or may be. Any thread. */
    boolean hasDropsLeft();

    /** The shard has failed: nothing is appended any more. */
    void fail(Throwable why);

    /** The shard stops: its logs are closed next. */
    void close();

    /**
     * The logs are closed.
     *
     * @param whole whether everything is in their files
     * @throws IOException if what the journal does not need any more could not be removed
     */
    void closed(boolean whole) throws IOException;
}

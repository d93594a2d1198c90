package io.letterbox.storage.coordinator;

import io.letterbox.coordinator.Coordinator;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.coordinator.CoordinatorEffect;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;

/** A type of coordinator, one for each internal topic. Shared by all shards, so it keeps no state. */
public interface CoordinatorType {
    /** The name of the internal topic. */
    String topic();

    /** Makes an empty core; the shell replays the partition into it. */
    Coordinator create(TopicPartition partition);

    /**
     * The command that a core gets after its activation and whenever the cluster image changes, before any later
     * request; null if it needs none.
     */
    default CoordinatorCommand<Void> imageChanged(ClusterImage image) {
        return null;
    }

    /**
     * Prepares what takes long and is needed for a command, before the core gets it. Runs on the shard's thread and
     * must not block it.
     *
     * @param image the image that the shard serves
     * @return completes on the shard's thread, and never fails; null if the command needs no preparation
     */
    default Future<Void> prepare(CoordinatorCommand<?> command, ClusterImage image) {
        return null;
    }

    /**
     * The coordinator whose core wants an effect, while it serves one leadership of its partition. On the shard's
     * thread.
     */
    interface Origin {
        TopicPartition partition();

        /** The leader epoch of the partition, which is the epoch of the coordinator for others. */
        int epoch();

        /**
         * False once it coordinates no more. Another coordinator, maybe of the same partition on this node, has all
         * that was committed, and decides.
         */
        boolean isOpen();

        /** Has the core of this coordinator, and of no later one, carry out a command of the server. */
        <R> Future<R> ask(CoordinatorCommand<R> command);

        /** Refuses a request that the core handed on with an effect. */
        void refuse(CoordinatorRequest<?> ask, ApiException why);
    }

    /**
     * Performs an effect of a core outside its partition, once the core's earlier writes are committed. Runs on the
     * shard's thread and must not block it. The core learns the result through a command.
     */
    default void perform(Origin from, CoordinatorEffect effect) {
        throw new AssertionError("nobody performs " + effect);
    }
}

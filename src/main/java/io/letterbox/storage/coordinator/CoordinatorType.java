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

    /** Refuses a request that a core handed on with an effect. On the shard's thread. */
    interface RefusalHandler {
        void refuse(CoordinatorRequest<?> ask, ApiException why);
    }

    /**
     * Performs an effect of a core outside its partition, once the core's earlier writes are committed. Runs on the
     * shard's thread and must not block it. The core learns the result through a command.
     */
    default void perform(TopicPartition from, CoordinatorEffect effect, RefusalHandler refusals) {
        throw new AssertionError("nobody performs " + effect);
    }
}

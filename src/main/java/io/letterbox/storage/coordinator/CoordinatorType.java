package io.letterbox.storage.coordinator;

import io.letterbox.coordinator.Coordinator;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.coordinator.CoordinatorEffect;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.record.TopicPartition;

/** What is coordinated by the partitions of one internal topic. Shared by all shards, so it keeps no state. */
public interface CoordinatorType {
    /** The internal topic. */
    String topic();

    /** A core that knows nothing yet; the shell replays the partition into it. */
    Coordinator create(TopicPartition partition);

    /**
     * What a core is told when it has been activated and whenever the cluster's image changes, before any later
     * question; null: nothing.
     */
    default CoordinatorCommand<Void> imageChanged(ClusterImage image) {
        return null;
    }

    /** Takes a question from a core that has handed it on with an effect, and tells who asked. On the shard's thread. */
    interface Refusals {
        void refuse(CoordinatorRequest<?> ask, ApiException why);
    }

    /**
     * Does what a core wants done elsewhere, once what it wrote before is committed. Runs on the shard's thread and must not block it; how it ends, the core
     * learns through a command of its own.
     */
    default void perform(TopicPartition from, CoordinatorEffect effect, Refusals refusals) {
        throw new AssertionError("nobody performs " + effect);
    }
}

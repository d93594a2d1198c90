package io.letterbox.storage.coordinator;

import io.letterbox.bus.Groups;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** The way to the coordinators of consumer groups: the partitions of {@code __consumer_offsets}. Any thread. */
public final class GroupsRoute implements Groups {
    private final CoordinatorRouter router;

    public GroupsRoute(CoordinatorRouter router) {
        this.router = router;
    }

    /** How {@code __consumer_offsets} is made. */
    public static CoordinatorRouter.InternalTopic topic(int partitions) {
        // Small segments are compacted soon, so that a replay at the next start has little to read.
        Map<String, String> config = Map.of("cleanup.policy", "compact", "segment.bytes", "104857600");
        return new CoordinatorRouter.InternalTopic(TOPIC, partitions, config);
    }

    @Override
    public <R> Future<R> ask(CoordinatorCommand<R> command) {
        return router.ask(command);
    }

    @Override
    public <R> Future<List<R>> askAll(CoordinatorCommand<R> command) {
        return router.askAll(command);
    }

    @Override
    public Future<TopicPartition> coordinatorOf(String groupId) {
        return router.partitionOf(groupId);
    }
}

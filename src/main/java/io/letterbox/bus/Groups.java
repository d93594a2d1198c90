package io.letterbox.bus;

import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.List;

/**
 * Access to the coordinators of consumer groups. Safe from any thread; futures complete on the caller's context. Makes
 * {@code __consumer_offsets} when it is first needed.
 */
public interface Groups {
    /** The internal topic with the state of groups and their offsets. */
    String TOPIC = TopicName.CONSUMER_OFFSETS;

    /** Asks the coordinator of the group that the command names. Fails with an ApiException only if there is none. */
    <R> Future<R> ask(CoordinatorCommand<R> command);

    /**
     * Whether a group's coordinator is in this process, so that a question costs next to nothing. Alone, every one is.
     */
    default boolean isNear(String groupId) {
        return true;
    }

    /** Asks every coordinator of this node, for lists. The command's key is ignored. */
    <R> Future<List<R>> askAll(CoordinatorCommand<R> command);

    /**
     * The partition of {@link #TOPIC} that a group belongs to; its leader coordinates the group. Makes the topic if it
     * does not exist.
     */
    Future<TopicPartition> coordinatorOf(String groupId);
}

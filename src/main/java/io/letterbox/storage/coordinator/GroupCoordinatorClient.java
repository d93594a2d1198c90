package io.letterbox.storage.coordinator;

import io.letterbox.bus.Groups;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.Partitions;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.patterns.BoundedPattern;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** Sends requests to the coordinators of consumer groups, the partitions of {@code __consumer_offsets}. Any thread. */
public final class GroupCoordinatorClient extends CoordinatorRouter implements Groups {
    private final Metadata metadata;
    private final TopicPatternMatcher patterns;

    /**
     * @param partitions sends requests to the coordinators
     * @param count the number of partitions of the internal topic, if it has to be made
     * @param patterns matches regular expressions with topics
     */
    public GroupCoordinatorClient(
            Vertx vertx, Metadata metadata, Partitions partitions, int count, TopicPatternMatcher patterns) {
        super(vertx, metadata, partitions, new InternalTopic(TOPIC, count));
        this.metadata = metadata;
        this.patterns = patterns;
    }

    /**
     * Sends a command. A heartbeat with a regular expression waits until that has been matched, so that the coordinator
     * finds the result.
     */
    @Override
    public <R> Future<R> ask(CoordinatorCommand<R> command) {
        String regex = command instanceof GroupCommand.ConsumerGroupHeartbeat heartbeat
                ? heartbeat.data().subscribedTopicRegex()
                : null;
        if (regex == null || !isBounded(regex)) return super.ask(command);
        return patterns.prepare(regex, metadata.image()).compose(ready -> super.ask(command));
    }

    /** An expression that is not bounded goes on to the coordinator, which refuses it with a message. */
    private static boolean isBounded(String regex) {
        try {
            BoundedPattern.check(regex);
            return !regex.isEmpty();
        } catch (BoundedPattern.PatternRefusedException refused) {
            return false;
        }
    }
}

package io.letterbox.storage.coordinator;

import io.letterbox.audit.Actor;
import io.letterbox.audit.Audit;
import io.letterbox.audit.Change;
import io.letterbox.config.GroupsConfig;
import io.letterbox.coordinator.Coordinator;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.coordinator.CoordinatorEffect;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.GroupSettings;
import io.letterbox.groups.coordinator.GroupCoordinator;
import io.letterbox.groups.offsets.OffsetsExpired;
import io.letterbox.groups.patterns.BoundedPattern;
import io.letterbox.memory.StatePart;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The coordinators of consumer groups, on the partitions of {@code __consumer_offsets}. */
public final class GroupCoordinatorType implements CoordinatorType {
    private final GroupSettings settings;
    private final StatePart memory;
    private final TopicPatternMatcher patterns;

    /**
     * @param memory the memory that all groups together may take
     * @param patterns matches regular expressions with topics
     */
    public GroupCoordinatorType(GroupsConfig config, StatePart memory, TopicPatternMatcher patterns) {
        this.patterns = patterns;
        this.memory = memory;
        this.settings = new GroupSettings(
                config.initialRebalanceDelayMs(),
                config.minSessionTimeoutMs(),
                config.maxSessionTimeoutMs(),
                config.sessionTimeoutMs(),
                config.heartbeatIntervalMs(),
                config.maxMembers(),
                TimeUnit.MINUTES.toMillis(config.offsetsRetentionMinutes()));
    }

    @Override
    public String topic() {
        return TopicName.CONSUMER_OFFSETS;
    }

    @Override
    public Coordinator create(TopicPartition partition) {
        return new GroupCoordinator(settings, memory, UUID::randomUUID, patterns);
    }

    /** Has the regular expression of a heartbeat matched, so that the core finds the result. */
    @Override
    public Future<Void> prepare(CoordinatorCommand<?> command, ClusterImage image) {
        if (!(command instanceof GroupCommand.ConsumerGroupHeartbeat heartbeat)) return null;
        String regex = heartbeat.data().subscribedTopicRegex();
        return regex == null || !isBounded(regex) ? null : patterns.prepare(regex, image);
    }

    /** Whether an expression may be matched; one that is not bounded is refused by the core, with a message. */
    private static boolean isBounded(String regex) {
        try {
            BoundedPattern.check(regex);
            return !regex.isEmpty();
        } catch (BoundedPattern.PatternRefusedException refused) {
            return false;
        }
    }

    @Override
    public void perform(Origin from, CoordinatorEffect effect) {
        if (!(effect instanceof OffsetsExpired expired)) throw new AssertionError("nobody performs " + effect);
        expired.groups().forEach((group, offsets) -> audit("group", group, "expired offsets", offsets));
        if (expired.further() > 0) audit("further groups", "", "groups with expired offsets", expired.further());
    }

    private static void audit(String kind, String name, String what, int count) {
        Audit.record(new Change(kind, name, "changed", Map.of(what, Integer.toString(count))), Actor.SERVER);
    }

    @Override
    public CoordinatorCommand<Void> imageChanged(ClusterImage image) {
        return new GroupCommand.ImageChanged(image);
    }
}

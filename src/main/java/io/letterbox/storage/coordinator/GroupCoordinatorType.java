package io.letterbox.storage.coordinator;

import io.letterbox.audit.Actor;
import io.letterbox.audit.Audit;
import io.letterbox.audit.Change;
import io.letterbox.bus.Groups;
import io.letterbox.config.GroupsConfig;
import io.letterbox.coordinator.Coordinator;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.coordinator.CoordinatorEffect;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.GroupSettings;
import io.letterbox.groups.coordinator.GroupCoordinator;
import io.letterbox.groups.offsets.OffsetsExpired;
import io.letterbox.groups.patterns.TopicPatterns;
import io.letterbox.memory.StatePart;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.record.TopicPartition;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The coordinators of consumer groups, on the partitions of {@code __consumer_offsets}. */
public final class GroupCoordinatorType implements CoordinatorType {
    private final GroupSettings settings;
    private final StatePart memory;
    private final TopicPatterns patterns;

    /** @param memory the memory that all groups together may take */
    public GroupCoordinatorType(GroupsConfig config, StatePart memory, TopicPatterns patterns) {
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
        return Groups.TOPIC;
    }

    @Override
    public Coordinator create(TopicPartition partition) {
        return new GroupCoordinator(settings, memory, UUID::randomUUID, patterns);
    }

    @Override
    public void perform(TopicPartition from, CoordinatorEffect effect, RefusalHandler refusals) {
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

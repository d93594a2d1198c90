package io.letterbox.storage.coordinator;

import io.letterbox.bus.Groups;
import io.letterbox.config.GroupsConfig;
import io.letterbox.coordinator.Coordinator;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.GroupCoordinator;
import io.letterbox.groups.GroupSettings;
import io.letterbox.groups.patterns.TopicPatterns;
import io.letterbox.memory.StatePart;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.record.TopicPartition;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The partitions of {@code __consumer_offsets} coordinate consumer groups. */
public final class GroupsKind implements CoordinatorKind {
    private final GroupSettings settings;
    private final StatePart memory;
    private final TopicPatterns patterns;

    /** @param memory what all groups together may take */
    public GroupsKind(GroupsConfig config, StatePart memory, TopicPatterns patterns) {
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
    public CoordinatorCommand<Void> imageChanged(ClusterImage image) {
        return new GroupCommand.ImageChanged(image);
    }
}

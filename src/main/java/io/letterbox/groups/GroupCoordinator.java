package io.letterbox.groups;

import io.letterbox.coordinator.Ask;
import io.letterbox.coordinator.Coordinator;
import io.letterbox.coordinator.CoordinatorOutbox;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.groups.classic.ClassicGroups;
import io.letterbox.groups.consumer.ConsumerGroup;
import io.letterbox.groups.consumer.ConsumerGroups;
import io.letterbox.groups.offsets.OffsetBook;
import io.letterbox.groups.offsets.OffsetCleanup;
import io.letterbox.groups.offsets.OffsetDesk;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.time.Moment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;

/** The core of one partition of {@code __consumer_offsets}. Owned by the shard's thread. */
public final class GroupCoordinator implements Coordinator {
    private final GroupRegistry registry = new GroupRegistry();
    private final Deadlines deadlines = new Deadlines();
    private final OffsetBook book = new OffsetBook();
    private final ClassicGroups classic;
    private final ConsumerGroups consumers;
    private final OffsetDesk desk;
    private final OffsetCleanup cleanup;
    private final GroupViews views;

    /** @param ids where new members' ids come from */
    public GroupCoordinator(GroupSettings settings, Supplier<UUID> ids) {
        this.classic = new ClassicGroups(settings, registry, deadlines, ids);
        this.consumers = new ConsumerGroups(settings, registry, deadlines, ids, classic);
        this.desk = new OffsetDesk(registry, book);
        this.views = new GroupViews(registry, classic, consumers, book);
        this.cleanup = new OffsetCleanup(registry, book, deadlines, settings.offsetsRetentionMs());
    }

    /** Who answers about classic groups. */
    ClassicGroups classic() {
        return classic;
    }

    /** Who answers about groups whose assignment the server decides. */
    public ConsumerGroups consumers() {
        return consumers;
    }

    /** True where who speaks the classic protocol is, or would be, the guest of a consumer group. */
    boolean hasGuests(String groupId) {
        ConsumerGroup group = registry.get(groupId, ConsumerGroup.class);
        return group != null && !group.isEmpty();
    }

    /** Who answers about offsets. */
    OffsetDesk desk() {
        return desk;
    }

    /** Who deletes. */
    OffsetCleanup cleanup() {
        return cleanup;
    }

    @Override
    public void apply(CoordinatorRecord record) {
        short type = GroupRecords.typeOf(record);
        if (isOffset(type)) book.apply(record, this::ensureGroup);
        else if (type == CoordinatorRecordType.GROUP_METADATA.id()) classic.apply(record);
        else consumers.apply(record, this::groupRemoved);
    }

    private static boolean isOffset(short type) {
        return type == CoordinatorRecordType.OFFSET_COMMIT.id()
                || type == CoordinatorRecordType.LEGACY_OFFSET_COMMIT.id();
    }

    /** A group's offsets outlive it until they are deleted themselves. */
    private void groupRemoved(String groupId) {
        if (!book.of(groupId).isEmpty()) ensureGroup(groupId);
    }

    /** Offsets belong to a group; one that has nothing else is a simple one. */
    private void ensureGroup(String groupId) {
        if (registry.get(groupId) == null) classic.getOrMake(groupId, -1);
    }

    @Override
    public void applyTransactional(long producerId, short producerEpoch, CoordinatorRecord record) {
        if (isOffset(GroupRecords.typeOf(record))) book.applyTransactional(producerId, record, this::ensureGroup);
        else apply(record);
    }

    @Override
    public void applyMarker(long producerId, short producerEpoch, boolean commit) {
        book.applyMarker(producerId, commit);
    }

    @Override
    public void activate(Moment now, CoordinatorOutbox outbox) {
        Turn turn = new Turn(now, outbox);
        classic.activate(turn);
        consumers.activate(turn);
        cleanup.activate(turn);
    }

    @Override
    public void handle(Ask<?> ask, Moment now, CoordinatorOutbox outbox) {
        dispatch(ask, new Turn(now, outbox));
    }

    private <R> void dispatch(Ask<R> ask, Turn turn) {
        if (!(ask.command() instanceof GroupCommand<R> command)) throw new AssertionError(ask.command());
        command.decide(this, ask, turn);
    }

    @Override
    public long nextDeadlineMs() {
        return deadlines.nextMs();
    }

    @Override
    public void tick(Moment now, CoordinatorOutbox outbox) {
        deadlines.tick(new Turn(now, outbox));
    }

    /** The cluster has changed. */
    void follow(ClusterImage image, Turn turn) {
        consumers.follow(image, turn);
        cleanup.follow(image, turn);
    }

    /** One group, or all, with members and offsets. @param groupId null: all */
    List<GroupView> views(String groupId) {
        return views.views(groupId);
    }

    /** The groups that filters let through, in order of id. */
    List<ListedGroup> list(GroupCommand.ListGroups command) {
        Set<String> states = command.states().stream()
                .map(state -> state.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        TreeMap<String, ListedGroup> listed = new TreeMap<>();
        for (Group group : registry.all()) {
            boolean wanted = states.isEmpty() || states.contains(group.state().toLowerCase(Locale.ROOT));
            boolean ofType =
                    command.types().isEmpty() || command.types().stream().anyMatch(group.type()::isNamed);
            if (!wanted || !ofType) continue;
            listed.put(
                    group.id(),
                    new ListedGroup()
                            .setGroupId(group.id())
                            .setProtocolType(group.protocolType())
                            .setGroupState(group.state())
                            .setGroupType(group.type().text()));
        }
        return new ArrayList<>(listed.values());
    }
}

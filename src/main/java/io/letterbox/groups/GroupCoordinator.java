package io.letterbox.groups;

import io.letterbox.coordinator.Coordinator;
import io.letterbox.coordinator.CoordinatorOutbox;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.groups.classic.ClassicGroups;
import io.letterbox.groups.consumer.ConsumerGroup;
import io.letterbox.groups.consumer.ConsumerGroups;
import io.letterbox.groups.offsets.CommittedOffsets;
import io.letterbox.groups.offsets.OffsetCommitHandler;
import io.letterbox.groups.offsets.OffsetExpiration;
import io.letterbox.groups.patterns.TopicPatterns;
import io.letterbox.memory.StatePart;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.time.Moment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;

/** The core of one partition of {@code __consumer_offsets}. Owned by the shard's thread. */
public final class GroupCoordinator implements Coordinator {
    private final Deadlines deadlines = new Deadlines();
    private final GroupMemory memory;
    private final GroupRegistry registry;
    private final CommittedOffsets book;
    private final ClassicGroups classic;
    private final ConsumerGroups consumers;
    private final OffsetCommitHandler desk;
    private final OffsetExpiration cleanup;
    private final GroupViews views;

    /**
     * A coordinator that knows no groups yet.
     *
     * @param part what the groups of all coordinators take together
     * @param ids where new members' ids come from
     * @param patterns what is known of regular expressions
     */
    public GroupCoordinator(GroupSettings settings, StatePart part, Supplier<UUID> ids, TopicPatterns patterns) {
        this.memory = new GroupMemory(part);
        this.registry = new GroupRegistry(memory.account());
        this.book = new CommittedOffsets(memory.account());
        this.classic = new ClassicGroups(settings, registry, memory, deadlines, ids);
        this.consumers =
                new ConsumerGroups(settings, registry, memory, deadlines, classic, new Surroundings(ids, patterns));
        this.desk = new OffsetCommitHandler(registry, book, memory);
        this.views = new GroupViews(registry, classic, consumers, book);
        this.cleanup = new OffsetExpiration(registry, book, deadlines, settings.offsetsRetentionMs());
        memory.onShortage(cleanup::forgetEmpty);
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
    OffsetCommitHandler desk() {
        return desk;
    }

    /** Who deletes. */
    OffsetExpiration cleanup() {
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
        CoordinatorContext turn = new CoordinatorContext(now, outbox);
        classic.activate(turn);
        consumers.activate(turn);
        cleanup.activate(turn);
    }

    @Override
    public void handle(CoordinatorRequest<?> ask, Moment now, CoordinatorOutbox outbox) {
        dispatch(ask, new CoordinatorContext(now, outbox));
    }

    private <R> void dispatch(CoordinatorRequest<R> ask, CoordinatorContext turn) {
        if (!(ask.command() instanceof GroupCommand<R> command)) throw new AssertionError(ask.command());
        command.decide(this, ask, turn);
    }

    @Override
    public long nextDeadlineMs() {
        return deadlines.nextMs();
    }

    @Override
    public void tick(Moment now, CoordinatorOutbox outbox) {
        deadlines.tick(new CoordinatorContext(now, outbox));
    }

    @Override
    public void close() {
        memory.account().close();
    }

    /** The cluster has changed. */
    void follow(ClusterImage image, CoordinatorContext turn) {
        consumers.follow(image, turn);
        cleanup.follow(image, turn);
    }

    /** One group, with members and offsets; null where there is none. */
    GroupView view(String groupId) {
        return views.view(groupId);
    }

    /** A page of groups, with members and offsets. */
    GroupPage views(GroupCommand.ViewGroups command) {
        return views.page(command);
    }

    /** How many groups there are. */
    int size() {
        return registry.all().size();
    }

    /** The groups of a page that filters let through, in order of id. */
    ListedPage list(GroupCommand.ListGroups command) {
        Set<String> states = command.states().stream()
                .map(state -> state.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        List<ListedGroup> listed = new ArrayList<>();
        int looks = 0;
        String last = null;
        for (Group group : registry.after(command.after())) {
            if (looks++ == command.limit()) return new ListedPage(listed, last);
            last = group.id();
            boolean wanted = states.isEmpty() || states.contains(group.state().toLowerCase(Locale.ROOT));
            boolean ofType =
                    command.types().isEmpty() || command.types().stream().anyMatch(group.type()::isNamed);
            if (!wanted || !ofType) continue;
            listed.add(new ListedGroup()
                    .setGroupId(group.id())
                    .setProtocolType(group.protocolType())
                    .setGroupState(group.state())
                    .setGroupType(group.type().text()));
        }
        return new ListedPage(listed, null);
    }
}

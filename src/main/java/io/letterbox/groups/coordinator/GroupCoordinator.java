package io.letterbox.groups.coordinator;

import io.letterbox.coordinator.CommandTable;
import io.letterbox.coordinator.Coordinator;
import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.coordinator.CoordinatorOutbox;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.groups.Deadlines;
import io.letterbox.groups.Group;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.GroupCommand.ClassicHeartbeat;
import io.letterbox.groups.GroupCommand.ImageChanged;
import io.letterbox.groups.GroupCommand.JoinGroup;
import io.letterbox.groups.GroupCommand.LeaveGroup;
import io.letterbox.groups.GroupCommand.ListGroups;
import io.letterbox.groups.GroupCommand.SyncGroup;
import io.letterbox.groups.GroupCommand.ViewGroups;
import io.letterbox.groups.GroupMemory;
import io.letterbox.groups.GroupPage;
import io.letterbox.groups.GroupRecords;
import io.letterbox.groups.GroupRegistry;
import io.letterbox.groups.GroupServices;
import io.letterbox.groups.GroupSettings;
import io.letterbox.groups.GroupView;
import io.letterbox.groups.ListedGroups;
import io.letterbox.groups.classic.ClassicGroups;
import io.letterbox.groups.consumer.ConsumerGroup;
import io.letterbox.groups.consumer.ConsumerGroups;
import io.letterbox.groups.offsets.CommittedOffsets;
import io.letterbox.groups.offsets.OffsetCommitHandler;
import io.letterbox.groups.offsets.OffsetExpiration;
import io.letterbox.groups.offsets.OffsetReset;
import io.letterbox.groups.patterns.TopicPatterns;
import io.letterbox.memory.StatePart;
import io.letterbox.time.Moment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;

/** The core of one partition of {@code __consumer_offsets}. Owned by the shard's thread. */
public final class GroupCoordinator implements Coordinator {
    /** How many groups one page examines, because other requests wait meanwhile. */
    private static final int MAX_LOOKS = 1000;

    private final Deadlines deadlines = new Deadlines();
    private final GroupMemory memory;
    private final GroupRegistry registry;
    private final CommittedOffsets offsets;
    private final ClassicGroups classic;
    private final ConsumerGroups consumers;
    private final OffsetCommitHandler offsetCommits;
    private final OffsetExpiration offsetExpiration;
    private final CommandTable commands;

    /**
     * A coordinator without groups.
     *
     * @param part the memory that the groups of all coordinators may take together
     * @param ids makes ids for new members
     * @param patterns matches regular expressions with topics
     */
    public GroupCoordinator(GroupSettings settings, StatePart part, Supplier<UUID> ids, TopicPatterns patterns) {
        this.memory = new GroupMemory(part);
        this.registry = new GroupRegistry(memory.account());
        this.offsets = new CommittedOffsets(memory.account());
        this.classic = new ClassicGroups(settings, registry, memory, deadlines, ids);
        this.consumers =
                new ConsumerGroups(settings, registry, memory, deadlines, classic, new GroupServices(ids, patterns));
        this.offsetCommits = new OffsetCommitHandler(registry, offsets, memory);
        this.offsetExpiration = new OffsetExpiration(registry, offsets, deadlines, settings.offsetsRetentionMs());
        memory.onShortage(offsetExpiration::forgetEmpty);
        this.commands = commands();
    }

    private CommandTable commands() {
        return CommandTable.of(GroupCommand.class)
                .on(JoinGroup.class, this::join)
                .on(SyncGroup.class, this::sync)
                .on(ClassicHeartbeat.class, this::heartbeat)
                .on(LeaveGroup.class, this::leave)
                .on(GroupCommand.ConsumerGroupHeartbeat.class, consumers::heartbeat)
                .on(GroupCommand.DescribeConsumerGroup.class, consumers::describe)
                .on(GroupCommand.CommitOffsets.class, offsetCommits::commit)
                .on(GroupCommand.CommitTransactionOffsets.class, offsetCommits::commitTransactional)
                .on(
                        GroupCommand.FetchOffsets.class,
                        (fetch, ask, context) -> context.reply(ask, offsetCommits.fetch(fetch)))
                .on(GroupCommand.DeleteOffsets.class, offsetCommits::delete)
                .on(GroupCommand.DeleteGroup.class, offsetExpiration::delete)
                .on(
                        GroupCommand.DescribeGroup.class,
                        (describe, ask, context) -> context.reply(ask, classic.describe(describe)))
                .on(ListGroups.class, (list, ask, context) -> context.reply(ask, list(list)))
                .on(GroupCommand.ViewGroup.class, (view, ask, context) -> context.reply(ask, view(view.groupId())))
                .on(ViewGroups.class, (view, ask, context) -> context.reply(ask, page(view)))
                .on(
                        GroupCommand.CountGroups.class,
                        (count, ask, context) ->
                                context.reply(ask, registry.all().size()))
                .on(
                        GroupCommand.SetOffsets.class,
                        (set, ask, context) -> OffsetReset.set(set, ask, context, view(set.groupId()), offsetCommits))
                .on(ImageChanged.class, this::onImage)
                .on(GroupCommand.NodeEnded.class, (ended, ask, context) -> {
                    consumers.dismissStreams(stream -> stream.node() == ended.node(), context);
                    context.reply(ask, null);
                })
                .complete();
    }

    // What members of either protocol ask, by the kind of group that answers.

    private void join(JoinGroup command, CoordinatorRequest<JoinGroupResponseData> ask, CoordinatorContext context) {
        if (isServerAssigned(command.key())) consumers.classicProtocol().join(command, ask, context);
        else classic.join(command, ask, context);
    }

    private void sync(SyncGroup command, CoordinatorRequest<SyncGroupResponseData> ask, CoordinatorContext context) {
        if (isServerAssigned(command.key())) consumers.classicProtocol().sync(command, ask, context);
        else classic.sync(command, ask, context);
    }

    private void heartbeat(
            ClassicHeartbeat command, CoordinatorRequest<HeartbeatResponseData> ask, CoordinatorContext context) {
        if (isServerAssigned(command.key())) consumers.classicProtocol().heartbeat(command, ask, context);
        else classic.heartbeat(command, ask, context);
    }

    private void leave(LeaveGroup command, CoordinatorRequest<LeaveGroupResponseData> ask, CoordinatorContext context) {
        if (isServerAssigned(command.key())) consumers.classicProtocol().leave(command, ask, context);
        else classic.leave(command, ask, context);
    }

    /**
     * True if a consumer group has members: then {@link ConsumerGroups#classicProtocol} answers clients of the classic
     * protocol.
     */
    private boolean isServerAssigned(String groupId) {
        ConsumerGroup group = registry.get(groupId, ConsumerGroup.class);
        return group != null && !group.isEmpty();
    }

    @Override
    public void apply(CoordinatorRecord record) {
        short type = GroupRecords.typeOf(record);
        if (isOffset(type)) offsets.apply(record, this::ensureGroup);
        else if (type == CoordinatorRecordType.GROUP_METADATA.id()) classic.apply(record);
        else consumers.apply(record, this::groupRemoved);
    }

    private static boolean isOffset(short type) {
        return type == CoordinatorRecordType.OFFSET_COMMIT.id()
                || type == CoordinatorRecordType.LEGACY_OFFSET_COMMIT.id();
    }

    /** Keeps a group for the remaining offsets: they outlive the group's own record. */
    private void groupRemoved(String groupId) {
        if (!offsets.of(groupId).isEmpty()) ensureGroup(groupId);
    }

    /** Makes a classic group without members for offsets, if there is no group. */
    private void ensureGroup(String groupId) {
        if (registry.get(groupId) == null) classic.getOrMake(groupId, -1);
    }

    @Override
    public void applyTransactional(long producerId, short producerEpoch, CoordinatorRecord record) {
        if (isOffset(GroupRecords.typeOf(record))) offsets.applyTransactional(producerId, record, this::ensureGroup);
        else apply(record);
    }

    @Override
    public void applyMarker(long producerId, short producerEpoch, boolean commit) {
        offsets.applyMarker(producerId, commit);
    }

    @Override
    public void activate(Moment now, CoordinatorOutbox outbox) {
        CoordinatorContext context = new CoordinatorContext(now, outbox);
        classic.activate(context);
        consumers.activate(context);
        offsetExpiration.activate(context);
    }

    @Override
    public void handle(CoordinatorRequest<?> ask, Moment now, CoordinatorOutbox outbox) {
        commands.handle(ask, new CoordinatorContext(now, outbox));
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

    private void onImage(ImageChanged changed, CoordinatorRequest<Void> ask, CoordinatorContext context) {
        consumers.onImage(changed.image(), context);
        offsetExpiration.onImage(changed.image(), context);
        context.reply(ask, null);
    }

    /** One group, with members and offsets; null if there is none. */
    private GroupView view(String groupId) {
        Group group = registry.get(groupId);
        return group == null ? null : view(group);
    }

    /** A copy, because the view is read on another thread. */
    private GroupView view(Group group) {
        return group.view(consumers::topicName).with(new TreeMap<>(offsets.of(group.id())));
    }

    /**
     * A page of groups. Ends after {@value #MAX_LOOKS} groups, because those whose ids do not match are examined, too.
     */
    private GroupPage page(ViewGroups command) {
        String wanted = command.search().toLowerCase(Locale.ROOT);
        List<GroupView> views = new ArrayList<>();
        int looks = 0;
        String last = null;
        for (Group group : registry.after(command.after())) {
            if (views.size() == command.limit() || looks++ == MAX_LOOKS) return new GroupPage(views, last);
            last = group.id();
            if (wanted.isEmpty() || last.toLowerCase(Locale.ROOT).contains(wanted)) views.add(view(group));
        }
        return new GroupPage(views, null);
    }

    /** The groups of a page that pass the filters, in order of id. */
    private ListedGroups list(ListGroups command) {
        Set<String> states = command.states().stream()
                .map(state -> state.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        List<ListedGroup> listed = new ArrayList<>();
        int looks = 0;
        String last = null;
        for (Group group : registry.after(command.after())) {
            if (looks++ == command.limit()) return new ListedGroups(listed, last);
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
        return new ListedGroups(listed, null);
    }
}

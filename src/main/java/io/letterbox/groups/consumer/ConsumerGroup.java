package io.letterbox.groups.consumer;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.groups.Group;
import io.letterbox.groups.GroupType;
import io.letterbox.groups.GroupView;
import io.letterbox.memory.StateWeight;
import io.letterbox.record.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue.ClassicProtocol;
import org.pcollections.TreePMap;

/**
 * The durable state of one consumer group, as in its records. Changed by {@link ConsumerEvent}s only; owned by the
 * shard that owns the group's coordinator.
 */
public final class ConsumerGroup implements Group {
    /** The first version of OffsetCommit with member epochs. */
    private static final short EPOCH_COMMIT_VERSION = 9;

    /** The memory of the group's objects and its entry in the registry. */
    private static final int BYTES = 800;

    /** The memory of a member's objects, two deadlines and its entries in the group's maps. */
    private static final int MEMBER_BYTES = 900;

    /** The memory of a partition in a member's assignment and in the owners. */
    private static final int OWNED_BYTES = 130;

    /** The memory of a partition, or a topic, in a set. */
    private static final int ELEMENT_BYTES = 64;

    private final String id;
    private final StateWeight weight = new StateWeight();
    private int epoch;
    private long hash;
    private int targetEpoch;

    // Persistent maps, which copies share: every request that changes a group tries that on a copy of it first.
    private TreePMap<String, ConsumerMember> members = TreePMap.empty();
    private TreePMap<String, String> memberOfInstance = TreePMap.empty();
    private TreePMap<String, PartitionSet> targets = TreePMap.empty();
    private TreePMap<String, Set<String>> regexes = TreePMap.empty();

    /** The owner of each partition, including those that are still to be revoked. */
    private TreePMap<Uuid, TreePMap<Integer, String>> owners = TreePMap.empty();

    /**
     * The version of the image that the group was last compared with; not durable, because an additional comparison is
     * harmless.
     */
    private long comparedVersion = -1;

    public ConsumerGroup(String id) {
        this.id = id;
        weight.add(BYTES + StateWeight.of(id));
    }

    /** A copy for trying changes, in constant time; changes of one do not show in the other. */
    ConsumerGroup copy() {
        ConsumerGroup copy = new ConsumerGroup(id);
        copy.weight.add(weight.bytes() - copy.weight.bytes());
        copy.epoch = epoch;
        copy.hash = hash;
        copy.targetEpoch = targetEpoch;
        copy.comparedVersion = comparedVersion;
        copy.members = members;
        copy.memberOfInstance = memberOfInstance;
        copy.targets = targets;
        copy.regexes = regexes;
        copy.owners = owners;
        return copy;
    }

    @Override
    public String id() {
        return id;
    }

    /** The group epoch, which grows with every change that requires another assignment. */
    public int epoch() {
        return epoch;
    }

    /** The hash of the subscribed topics when the epoch began; see {@link Topics#hash}. */
    long hash() {
        return hash;
    }

    /** The group epoch for which {@link #target} was computed. */
    public int targetEpoch() {
        return targetEpoch;
    }

    @Override
    public boolean isEmpty() {
        return members.isEmpty();
    }

    @Override
    public int size() {
        return members.size();
    }

    /** The members in order of their ids; to be read only. */
    public Collection<ConsumerMember> members() {
        return Collections.unmodifiableCollection(members.values());
    }

    /** A member, or null. */
    public ConsumerMember member(String memberId) {
        return members.get(memberId);
    }

    /** A static member by its name, or null. */
    public ConsumerMember staticMember(String instanceId) {
        String memberId = memberOfInstance.get(instanceId);
        return memberId == null ? null : members.get(memberId);
    }

    /** The target assignment of a member. */
    public PartitionSet target(String memberId) {
        return targets.getOrDefault(memberId, PartitionSet.EMPTY);
    }

    /** The ids of members with a target; may include members that have left. */
    Set<String> targeted() {
        return Collections.unmodifiableSet(targets.keySet());
    }

    /** The topics that match each regular expression; unmodifiable. */
    SortedMap<String, Set<String>> regexes() {
        return Collections.unmodifiableSortedMap(regexes);
    }

    /** The owner of a partition, or null. */
    public String owner(Uuid topic, int partition) {
        TreePMap<Integer, String> partitions = owners.get(topic);
        return partitions == null ? null : partitions.get(partition);
    }

    /** The names of the topics that a member is subscribed to, by name or by regular expression. */
    public Set<String> topicsOf(ConsumerMember member) {
        Set<String> topics = new TreeSet<>(member.profile().subscribedTopicNames());
        String regex = member.profile().subscribedTopicRegex();
        if (regex != null) topics.addAll(regexes.getOrDefault(regex, Set.of()));
        return topics;
    }

    /** The names of all topics that members are subscribed to. */
    public Set<String> topics() {
        Set<String> topics = new TreeSet<>();
        for (ConsumerMember member : members.values()) topics.addAll(topicsOf(member));
        return topics;
    }

    @Override
    public GroupType type() {
        return GroupType.CONSUMER;
    }

    @Override
    public String protocolType() {
        return ConsumerProtocol.PROTOCOL_TYPE;
    }

    @Override
    public long inStateSinceMs() {
        return -1;
    }

    @Override
    public Errors commitRefusal(CommitClaim claim, CoordinatorContext context) {
        if (claim.generation() < 0 && claim.memberId().isEmpty()) {
            return isEmpty() ? Errors.NONE : Errors.UNKNOWN_MEMBER_ID;
        }
        ConsumerMember member = members.get(claim.memberId());
        if (claim.instanceId() != null) {
            ConsumerMember named = staticMember(claim.instanceId());
            if (named == null) return Errors.UNKNOWN_MEMBER_ID;
            if (named != member) return Errors.FENCED_INSTANCE_ID;
        }
        if (member == null) return Errors.UNKNOWN_MEMBER_ID;
        if (!member.isClassic() && !claim.transactional() && claim.version() < EPOCH_COMMIT_VERSION) {
            return Errors.UNSUPPORTED_VERSION;
        }
        if (claim.generation() == member.current().epoch()) return Errors.NONE;
        return member.isClassic() || claim.transactional() ? Errors.ILLEGAL_GENERATION : Errors.STALE_MEMBER_EPOCH;
    }

    @Override
    public Errors fetchRefusal(String memberId, int memberEpoch) {
        if (memberId == null && memberEpoch < 0) return Errors.NONE;
        ConsumerMember member = members.get(memberId);
        if (member == null) return Errors.UNKNOWN_MEMBER_ID;
        return memberEpoch == member.current().epoch() ? Errors.NONE : Errors.STALE_MEMBER_EPOCH;
    }

    @Override
    public Errors deleteRefusal() {
        return isEmpty() ? Errors.NONE : Errors.NON_EMPTY_GROUP;
    }

    @Override
    public Errors offsetDeleteRefusal() {
        return Errors.NONE;
    }

    @Override
    public long offsetAgeBaseMs(long commitMs) {
        return commitMs;
    }

    @Override
    public boolean reads(String topic) {
        for (ConsumerMember member : members.values()) if (topicsOf(member).contains(topic)) return true;
        return false;
    }

    @Override
    public List<CoordinatorRecord> tombstones() {
        GroupChange end = new GroupChange(this);
        end.removeGroup();
        return end.records();
    }

    @Override
    public String state() {
        if (members.isEmpty()) return "Empty";
        if (epoch > targetEpoch) return "Assigning";
        for (ConsumerMember member : members.values()) if (!isReconciled(member)) return "Reconciling";
        return "Stable";
    }

    /** True if a member owns its newest target. */
    boolean isReconciled(ConsumerMember member) {
        return member.current().state() == MemberState.STABLE
                && (member.current().epoch() == targetEpoch || member.current().epoch() == ConsumerMember.AWAY_EPOCH);
    }

    /** True if the cluster has not changed since the group was compared with it. */
    boolean isComparedWith(Topics topics) {
        return comparedVersion == topics.version();
    }

    /** Notes that the group was compared with this image. */
    void comparedWith(Topics topics) {
        comparedVersion = topics.version();
    }

    /** The group has become what a change showed. */
    void comparedLike(ConsumerGroup changed) {
        comparedVersion = changed.comparedVersion;
    }

    // Called by events.

    void setEpoch(int newEpoch, long newHash) {
        epoch = newEpoch;
        hash = newHash;
    }

    void setTargetEpoch(int newEpoch) {
        targetEpoch = newEpoch;
    }

    void putProfile(String memberId, ConsumerGroupMemberMetadataValue profile) {
        ConsumerMember former = members.get(memberId);
        ConsumerMember member =
                former == null ? new ConsumerMember(memberId, profile, CurrentAssignment.NONE) : former.with(profile);
        members = members.plus(memberId, member);
        weight.add(profileBytes(profile) - (former == null ? 0 : profileBytes(former.profile())));
        if (former == null) weight.add(MEMBER_BYTES + StateWeight.of(memberId));
        if (member.instanceId() != null) memberOfInstance = memberOfInstance.plus(member.instanceId(), memberId);
    }

    void removeMember(String memberId) {
        ConsumerMember former = members.get(memberId);
        if (former == null) return;
        members = members.minus(memberId);
        weight.add(-MEMBER_BYTES - StateWeight.of(memberId) - profileBytes(former.profile()));
        weight.add(-ownedBytes(former.current()));
        removeOwner(memberId, former.current().owned());
        boolean named = former.instanceId() != null && memberId.equals(memberOfInstance.get(former.instanceId()));
        if (named) memberOfInstance = memberOfInstance.minus(former.instanceId());
    }

    void putCurrent(String memberId, CurrentAssignment assignment) {
        ConsumerMember former = members.get(memberId);
        // In a compacted log a tombstone may remain after its member's records.
        if (former == null && assignment == CurrentAssignment.NONE) return;
        if (former == null) putProfile(memberId, new ConsumerGroupMemberMetadataValue());
        else removeOwner(memberId, former.current().owned());
        ConsumerMember member = members.get(memberId);
        members = members.plus(memberId, member.with(assignment));
        weight.add(ownedBytes(assignment) - ownedBytes(member.current()));
        assignment.owned().byTopic().forEach((topic, partitions) -> {
            TreePMap<Integer, String> ofTopic = owners.getOrDefault(topic, TreePMap.empty());
            for (int partition : partitions) ofTopic = ofTopic.plus(partition, memberId);
            owners = owners.plus(topic, ofTopic);
        });
    }

    void putTarget(String memberId, PartitionSet partitions) {
        PartitionSet former = targets.get(memberId);
        targets = partitions == null ? targets.minus(memberId) : targets.plus(memberId, partitions);
        weight.add(targetBytes(memberId, partitions) - targetBytes(memberId, former));
    }

    void putRegex(String regex, Set<String> topics) {
        Set<String> former = regexes.get(regex);
        regexes = topics == null ? regexes.minus(regex) : regexes.plus(regex, topics);
        weight.add(regexBytes(regex, topics) - regexBytes(regex, former));
    }

    void clear() {
        epoch = 0;
        hash = 0;
        targetEpoch = 0;
        members = TreePMap.empty();
        memberOfInstance = TreePMap.empty();
        targets = TreePMap.empty();
        regexes = TreePMap.empty();
        owners = TreePMap.empty();
        weight.add(BYTES + StateWeight.of(id) - weight.bytes());
    }

    @Override
    public GroupView view(Function<Uuid, String> topicName) {
        List<GroupView.Member> views = new ArrayList<>(members.size());
        for (ConsumerMember member : members.values()) {
            SortedSet<TopicPartition> assigned = new TreeSet<>();
            member.current().owned().forEach((topic, partition) -> {
                String name = topicName.apply(topic);
                if (name != null) assigned.add(new TopicPartition(name, partition));
            });
            views.add(new GroupView.Member(
                    member.id(),
                    member.instanceId(),
                    member.profile().clientId(),
                    member.profile().clientHost(),
                    member.current().epoch(),
                    assigned));
        }
        String assignor = Rebalance.assignor(this).assignorName();
        return new GroupView(
                id, type(), state(), protocolType(), assignor, epoch, List.copyOf(views), Collections.emptySortedMap());
    }

    @Override
    public StateWeight weight() {
        return weight;
    }

    /** The memory of a member's metadata. */
    private static long profileBytes(ConsumerGroupMemberMetadataValue profile) {
        long bytes = StateWeight.of(profile.instanceId())
                + StateWeight.of(profile.rackId())
                + StateWeight.of(profile.clientId())
                + StateWeight.of(profile.clientHost())
                + StateWeight.of(profile.serverAssignor())
                + StateWeight.of(profile.subscribedTopicRegex());
        for (String topic : profile.subscribedTopicNames()) bytes += Long.BYTES + StateWeight.of(topic);
        if (profile.classicMemberMetadata() == null) return bytes;
        for (ClassicProtocol spoken : profile.classicMemberMetadata().supportedProtocols()) {
            bytes += ELEMENT_BYTES + StateWeight.of(spoken.name()) + spoken.metadata().length;
        }
        return bytes;
    }

    private static long ownedBytes(CurrentAssignment current) {
        return (long) OWNED_BYTES
                * (current.assigned().size() + current.revoking().size());
    }

    private static long targetBytes(String memberId, PartitionSet partitions) {
        if (partitions == null) return 0;
        return ELEMENT_BYTES + StateWeight.of(memberId) + (long) ELEMENT_BYTES * partitions.size();
    }

    private static long regexBytes(String regex, Set<String> topics) {
        if (topics == null) return 0;
        long bytes = ELEMENT_BYTES + StateWeight.of(regex);
        for (String topic : topics) bytes += ELEMENT_BYTES + StateWeight.of(topic);
        return bytes;
    }

    /**
     * Removes a member as owner of partitions, but only of those that it still owns: in a compacted log the record of
     * the next owner may come first.
     */
    private void removeOwner(String memberId, PartitionSet partitions) {
        partitions.byTopic().forEach((topic, numbers) -> {
            TreePMap<Integer, String> ofTopic = owners.get(topic);
            if (ofTopic == null) return;
            for (int number : numbers) if (memberId.equals(ofTopic.get(number))) ofTopic = ofTopic.minus(number);
            owners = ofTopic.isEmpty() ? owners.minus(topic) : owners.plus(topic, ofTopic);
        });
    }
}

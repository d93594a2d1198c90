package io.letterbox.groups.classic;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.groups.Group;
import io.letterbox.groups.GroupType;
import io.letterbox.groups.GroupView;
import io.letterbox.memory.StateWeight;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * The state of one group of the classic protocol, or of a group that has offsets and never had members ("simple").
 * {@link RebalanceProtocol}, {@link JoinHandler} and {@link ClassicGroups} decide its changes. Owned by its
 * coordinator.
 */
public final class ClassicGroup implements Group {
    /** The memory of the group's objects and its entry in the registry. */
    private static final int BYTES = 200;

    /** The memory of the collections that a group has from its first member on. */
    static final int COLLECTIONS_BYTES = 360;

    /** The memory of a promised id in two sets, and of its deadline. */
    private static final int PROMISE_BYTES = 260;

    /** The memory of a topic in the set of subscribed topics. */
    private static final int TOPIC_BYTES = 48;

    private final String id;
    private final StateWeight weight = new StateWeight();
    private final SessionTimeouts sessions;

    // Shared empty collections until the first member: groups that exist in great numbers mostly have offsets and never
    // a member.
    private Map<String, ClassicMember> members = Collections.emptyMap();
    private Map<String, String> memberByInstance = Collections.emptyMap();
    /** How many members support each protocol. */
    private Map<String, Integer> speakers = Collections.emptyMap();

    private ClassicState state = ClassicState.EMPTY;
    private long inStateSinceMs;
    private int generation;
    private String protocolType = "";
    private String protocol;
    private String leader;
    /** What the members subscribe to; null if that is not known. */
    private Set<String> topics;

    // State that does not survive a restart.
    private Set<String> promisedIds = Collections.emptySet();
    private Set<String> pendingSync = Collections.emptySet();
    private boolean collectionsAllocated;
    private boolean initial;
    private boolean grewWhileDelayed;

    ClassicGroup(String id, SessionTimeouts sessions, long wallMs) {
        this.id = id;
        this.sessions = sessions;
        this.inStateSinceMs = wallMs;
        weight.add(BYTES + StateWeight.of(id));
    }

    /** The memory of a new group. */
    public static long newBytes(String id) {
        return BYTES + StateWeight.of(id);
    }

    // ---- members

    ClassicMember member(String memberId) {
        return members.get(memberId);
    }

    boolean has(String memberId) {
        return members.containsKey(memberId);
    }

    Collection<ClassicMember> members() {
        return members.values();
    }

    /** The id of the member that has an instance id now, or null. */
    String memberOf(String instanceId) {
        return memberByInstance.get(instanceId);
    }

    private void allocateCollections() {
        if (collectionsAllocated) return;
        collectionsAllocated = true;
        weight.add(COLLECTIONS_BYTES);
        members = new LinkedHashMap<>();
        memberByInstance = new HashMap<>();
        speakers = new HashMap<>();
        promisedIds = new LinkedHashSet<>();
        pendingSync = new LinkedHashSet<>();
    }

    void add(ClassicMember member) {
        allocateCollections();
        if (members.isEmpty()) protocolType = member.origin().protocolType();
        if (leader == null) leader = member.id();
        members.put(member.id(), member);
        if (member.isStatic()) memberByInstance.put(member.origin().instanceId(), member.id());
        member.protocols().forEach(spoken -> speakers.merge(spoken.name(), 1, Integer::sum));
        weight.add(member.weightBytes());
        removePromisedId(member.id());
    }

    void remove(String memberId) {
        removePromisedId(memberId);
        pendingSync.remove(memberId);
        ClassicMember gone = members.remove(memberId);
        if (gone == null) return;
        weight.add(-gone.weightBytes());
        forgetProtocols(gone);
        if (gone.isStatic()) memberByInstance.remove(gone.origin().instanceId(), memberId);
        if (memberId.equals(leader)) {
            leader = members.isEmpty() ? null : members.keySet().iterator().next();
        }
    }

    private void forgetProtocols(ClassicMember member) {
        member.protocols()
                .forEach(spoken ->
                        speakers.computeIfPresent(spoken.name(), (name, count) -> count == 1 ? null : count - 1));
    }

    void changeProtocols(ClassicMember member, List<ClassicMember.Protocol> protocols) {
        forgetProtocols(member);
        weight.add(ClassicMember.weightBytes(protocols) - ClassicMember.weightBytes(member.protocols()));
        member.setProtocols(protocols);
        protocols.forEach(spoken -> speakers.merge(spoken.name(), 1, Integer::sum));
    }

    /** Gives a member its assignment. */
    void assign(ClassicMember member, byte[] assignment) {
        weight.add(assignment.length - member.assignment().length);
        member.assign(assignment);
    }

    /** Gives a static member a new id. Requests that wait under the old id have to be answered before. */
    ClassicMember replace(ClassicMember old, String newId) {
        ClassicMember fresh = new ClassicMember(newId, old.origin());
        fresh.setProtocols(old.protocols());
        fresh.timeouts(old.rebalanceTimeoutMs(), old.sessionTimeoutMs());
        fresh.assign(old.assignment());
        boolean led = old.id().equals(leader);
        remove(old.id());
        add(fresh);
        if (led) leader = newId;
        return fresh;
    }

    /** NONE, or the error if a client does not have the identity that it claims. */
    Errors checkMember(String memberId, String instanceId) {
        if (instanceId != null) {
            String current = memberByInstance.get(instanceId);
            if (current == null) return Errors.UNKNOWN_MEMBER_ID;
            if (!current.equals(memberId)) return Errors.FENCED_INSTANCE_ID;
        }
        return members.containsKey(memberId) ? Errors.NONE : Errors.UNKNOWN_MEMBER_ID;
    }

    /** The ids that were assigned to new members (KIP-394) that have not joined with them yet; unmodifiable. */
    Set<String> promisedIds() {
        return Collections.unmodifiableSet(promisedIds);
    }

    void addPromisedId(String memberId) {
        allocateCollections();
        if (promisedIds.add(memberId)) weight.add(promiseBytes(memberId));
    }

    void removePromisedId(String memberId) {
        if (promisedIds.remove(memberId)) weight.add(-promiseBytes(memberId));
    }

    /** The memory of a promised id. */
    static long promiseBytes(String memberId) {
        return PROMISE_BYTES + StateWeight.of(memberId);
    }

    /** The members that have not sent SyncGroup since the generation began. */
    Set<String> pendingSync() {
        return pendingSync;
    }

    long joiningCount() {
        return members.values().stream()
                .filter(member -> member.joining() != null)
                .count();
    }

    boolean allJoined() {
        return promisedIds.isEmpty() && joiningCount() == members.size();
    }

    int rebalanceTimeoutMs() {
        return members.values().stream()
                .mapToInt(ClassicMember::rebalanceTimeoutMs)
                .max()
                .orElse(0);
    }

    // ---- protocols

    /** Whether a client with these protocols is compatible with the members. */
    boolean fits(String type, List<ClassicMember.Protocol> protocols) {
        if (state == ClassicState.EMPTY) return !type.isEmpty() && !protocols.isEmpty();
        return type.equals(protocolType)
                && protocols.stream().anyMatch(spoken -> speakers.getOrDefault(spoken.name(), 0) == members.size());
    }

    /** The protocol with the most votes among those that all members support; of equals, the one voted for first. */
    String elect() {
        Set<String> candidates = new LinkedHashSet<>();
        speakers.forEach((name, count) -> {
            if (count == members.size()) candidates.add(name);
        });
        Map<String, Integer> votes = new LinkedHashMap<>();
        for (ClassicMember member : members.values()) votes.merge(member.vote(candidates), 1, Integer::sum);
        String elected = null;
        for (Map.Entry<String, Integer> vote : votes.entrySet()) {
            if (elected == null || vote.getValue() > votes.get(elected)) elected = vote.getKey();
        }
        return elected;
    }

    String protocol() {
        return protocol;
    }

    String leader() {
        return leader;
    }

    boolean isLeader(String memberId) {
        return memberId.equals(leader);
    }

    /** Makes a member that takes part in the rebalance the leader; false if none does. */
    boolean electLeader() {
        ClassicMember current = leader == null ? null : members.get(leader);
        if (current != null && current.joining() != null) return true;
        for (ClassicMember member : members.values()) {
            if (member.joining() == null) continue;
            leader = member.id();
            return true;
        }
        return false;
    }

    // ---- states

    ClassicState phase() {
        return state;
    }

    boolean in(ClassicState phase) {
        return state == phase;
    }

    void transitionTo(ClassicState phase, long wallMs) {
        if (phase == ClassicState.PREPARING_REBALANCE) initial = state == ClassicState.EMPTY;
        state = phase;
        inStateSinceMs = wallMs;
    }

    /** True during the first rebalance of an empty group, which waits for more members. */
    boolean isInitial() {
        return initial;
    }

    boolean grewWhileDelayed() {
        return grewWhileDelayed;
    }

    void grewWhileDelayed(boolean grew) {
        grewWhileDelayed = grew;
    }

    int generation() {
        return generation;
    }

    /** Begins the next generation with the current members. */
    void nextGeneration(long wallMs) {
        generation++;
        pendingSync.clear();
        protocol = members.isEmpty() ? null : elect();
        reads(Subscriptions.of(this));
        transitionTo(members.isEmpty() ? ClassicState.EMPTY : ClassicState.COMPLETING_REBALANCE, wallMs);
    }

    /** Sets the state from a record; only before the coordinator is active. */
    void restore(Snapshot snapshot) {
        generation = snapshot.generation();
        protocolType = snapshot.protocolType();
        protocol = snapshot.protocol();
        leader = snapshot.leader();
        inStateSinceMs = snapshot.inStateSinceMs();
        state = members.isEmpty() ? ClassicState.EMPTY : ClassicState.STABLE;
        reads(Subscriptions.of(this));
    }

    private void reads(Set<String> newTopics) {
        weight.add(weightBytes(newTopics) - weightBytes(topics));
        topics = newTopics;
    }

    private static long weightBytes(Set<String> names) {
        long bytes = 0;
        if (names != null) for (String name : names) bytes += TOPIC_BYTES + StateWeight.of(name);
        return bytes;
    }

    /** The fields of a record other than the members. */
    record Snapshot(int generation, String protocolType, String protocol, String leader, long inStateSinceMs) {}

    // ---- what all groups tell

    @Override
    public String id() {
        return id;
    }

    @Override
    public GroupType type() {
        return GroupType.CLASSIC;
    }

    @Override
    public String state() {
        return state.text();
    }

    @Override
    public String protocolType() {
        return protocolType;
    }

    boolean isOfConsumers() {
        return protocolType.equals(Subscriptions.PROTOCOL_TYPE);
    }

    @Override
    public boolean isEmpty() {
        return state == ClassicState.EMPTY;
    }

    @Override
    public int size() {
        return members.size();
    }

    @Override
    public long inStateSinceMs() {
        return inStateSinceMs;
    }

    @Override
    public Errors commitRefusal(CommitClaim claim, CoordinatorContext context) {
        if (claim.generation() < 0 && isEmpty()) return Errors.NONE;
        boolean member = claim.generation() >= 0 || !claim.memberId().isEmpty() || claim.instanceId() != null;
        if (member) {
            Errors refusal = checkMember(claim.memberId(), claim.instanceId());
            if (refusal != Errors.NONE) return refusal;
            if (claim.generation() != generation) return Errors.ILLEGAL_GENERATION;
        } else if (!claim.transactional() && !isEmpty()) {
            return Errors.UNKNOWN_MEMBER_ID;
        }
        if (!claim.transactional() && state == ClassicState.COMPLETING_REBALANCE) return Errors.REBALANCE_IN_PROGRESS;
        if (member && !claim.transactional()) sessions.restart(this, members.get(claim.memberId()), context);
        return Errors.NONE;
    }

    @Override
    public Errors fetchRefusal(String memberId, int memberEpoch) {
        return Errors.NONE;
    }

    @Override
    public Errors offsetDeleteRefusal() {
        return isEmpty() || isOfConsumers() ? Errors.NONE : Errors.NON_EMPTY_GROUP;
    }

    @Override
    public Errors deleteRefusal() {
        return isEmpty() ? Errors.NONE : Errors.NON_EMPTY_GROUP;
    }

    @Override
    public boolean reads(String topic) {
        return topics == null ? isOfConsumers() : topics.contains(topic);
    }

    @Override
    public long offsetAgeBaseMs(long commitMs) {
        if (protocolType.isEmpty()) return commitMs;
        if (isEmpty()) return inStateSinceMs < 0 ? commitMs : inStateSinceMs;
        boolean knowsTopics = isOfConsumers() && topics != null && state == ClassicState.STABLE;
        return knowsTopics ? commitMs : Long.MAX_VALUE;
    }

    @Override
    public GroupView view(Function<Uuid, String> topicName) {
        boolean assigned = in(ClassicState.STABLE) && isOfConsumers();
        List<GroupView.Member> views = new ArrayList<>(members.size());
        for (ClassicMember member : members.values()) {
            views.add(new GroupView.Member(
                    member.id(),
                    member.origin().instanceId(),
                    member.origin().clientId(),
                    member.origin().host(),
                    generation,
                    assigned ? Subscriptions.assigned(member.assignment()) : new TreeSet<>()));
        }
        views.sort(Comparator.comparing(GroupView.Member::id));
        return new GroupView(
                id,
                type(),
                state(),
                protocolType,
                protocol == null ? "" : protocol,
                generation,
                List.copyOf(views),
                Collections.emptySortedMap());
    }

    @Override
    public StateWeight weight() {
        return weight;
    }

    @Override
    public List<CoordinatorRecord> tombstones() {
        return List.of(ClassicRecords.tombstone(id));
    }
}

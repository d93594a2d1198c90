package io.letterbox.groups.consumer;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.groups.Deadlines;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * What happens to members that do not do what they have to in time: they are taken out. Owned by the coordinator, like
 * the deadlines that it sets.
 */
final class MemberDeadlines {
    private enum Kind {
        /** It has to be heard of. */
        SESSION,
        /** It has to say that it gave up what it was told to give up. */
        REVOCATION,
        /** It was told to join again. */
        REJOIN,
        /** It has joined, and has to ask for its assignment. */
        SYNC
    }

    /** Comparable, so that strangers who choose ids of one hash do not slow the map of deadlines down. */
    private record Key(String groupId, String memberId, Kind kind) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byGroup = groupId.compareTo(other.groupId);
            if (byGroup != 0) return byGroup;
            int byMember = memberId.compareTo(other.memberId);
            return byMember != 0 ? byMember : kind.compareTo(other.kind);
        }
    }

    /** Takes a member out of its group. */
    @FunctionalInterface
    interface Fence {
        void fence(String groupId, String memberId, Predicate<ConsumerMember> where, CoordinatorContext turn);
    }

    private final Deadlines deadlines;
    private final ToIntFunction<String> sessionTimeoutMs;
    private final Fence fence;

    /** @param sessionTimeoutMs of members that do not choose it, by the id of their group */
    MemberDeadlines(Deadlines deadlines, ToIntFunction<String> sessionTimeoutMs, Fence fence) {
        this.deadlines = deadlines;
        this.sessionTimeoutMs = sessionTimeoutMs;
        this.fence = fence;
    }

    /** A member was heard of. */
    void heard(String groupId, ConsumerMember member, long elapsedMs) {
        int timeoutMs = member.isClassic()
                ? member.profile().classicMemberMetadata().sessionTimeoutMs()
                : sessionTimeoutMs.applyAsInt(groupId);
        set(groupId, member, Kind.SESSION, elapsedMs + timeoutMs, any -> true);
    }

    /** A member's assignment has changed: it may have something to give up, or may have nothing any more. */
    void stepped(String groupId, ConsumerMember member, long elapsedMs) {
        if (member.current().state() != MemberState.UNREVOKED_PARTITIONS || member.isClassic()) {
            deadlines.cancel(new Key(groupId, member.id(), Kind.REVOCATION));
            return;
        }
        int epoch = member.current().epoch();
        long dueMs = elapsedMs + member.profile().rebalanceTimeoutMs();
        set(
                groupId,
                member,
                Kind.REVOCATION,
                dueMs,
                late -> late.current().epoch() == epoch && late.current().state() == MemberState.UNREVOKED_PARTITIONS);
    }

    /** A classic member was told to join again. */
    void toldToRejoin(String groupId, ConsumerMember member, long elapsedMs) {
        if (deadlines.has(new Key(groupId, member.id(), Kind.REJOIN))) return;
        set(groupId, member, Kind.REJOIN, elapsedMs + member.profile().rebalanceTimeoutMs(), ConsumerMember::isClassic);
    }

    /** A classic member has joined. */
    void joined(String groupId, ConsumerMember member, long elapsedMs) {
        deadlines.cancel(new Key(groupId, member.id(), Kind.REJOIN));
        set(groupId, member, Kind.SYNC, elapsedMs + member.profile().rebalanceTimeoutMs(), ConsumerMember::isClassic);
    }

    /** A classic member has its assignment. */
    void synced(String groupId, ConsumerMember member) {
        deadlines.cancel(new Key(groupId, member.id(), Kind.SYNC));
    }

    /** A member is gone. */
    void forget(String groupId, String memberId) {
        for (Kind kind : Kind.values()) deadlines.cancel(new Key(groupId, memberId, kind));
    }

    private void set(
            String groupId, ConsumerMember member, Kind kind, long dueMs, Predicate<ConsumerMember> stillTrue) {
        String memberId = member.id();
        deadlines.set(new Key(groupId, memberId, kind), dueMs, turn -> fence.fence(groupId, memberId, stillTrue, turn));
    }
}

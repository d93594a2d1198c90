package io.letterbox.groups.consumer;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.groups.Deadlines;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * The deadlines of members, which are removed if they miss one. Owned by the coordinator, like the deadlines that it
 * sets.
 */
final class MemberDeadlines {
    private enum DeadlineType {
        /** The member has to send a heartbeat. */
        SESSION,
        /** The member has to acknowledge a revocation. */
        REVOCATION,
        /** The member has to join again. */
        REJOIN,
        /** The member has joined, and has to send SyncGroup. */
        SYNC
    }

    /**
     * The key of a deadline. Comparable, so that clients that choose ids with equal hashes do not slow the map down.
     */
    private record DeadlineKey(String groupId, String memberId, DeadlineType kind) implements Comparable<DeadlineKey> {
        @Override
        public int compareTo(DeadlineKey other) {
            int byGroup = groupId.compareTo(other.groupId);
            if (byGroup != 0) return byGroup;
            int byMember = memberId.compareTo(other.memberId);
            return byMember != 0 ? byMember : kind.compareTo(other.kind);
        }
    }

    /** Removes a member from its group. */
    @FunctionalInterface
    interface MemberRemoval {
        void fence(String groupId, String memberId, Predicate<ConsumerMember> where, CoordinatorContext context);
    }

    private final Deadlines deadlines;
    private final ToIntFunction<String> sessionTimeoutMs;
    private final MemberRemoval fence;

    /** @param sessionTimeoutMs the session timeout of members that do not choose it, by the group's id */
    MemberDeadlines(Deadlines deadlines, ToIntFunction<String> sessionTimeoutMs, MemberRemoval fence) {
        this.deadlines = deadlines;
        this.sessionTimeoutMs = sessionTimeoutMs;
        this.fence = fence;
    }

    /** Begins a member's session anew after a request. */
    void onHeartbeat(String groupId, ConsumerMember member, long elapsedMs) {
        int timeoutMs = member.isClassic()
                ? member.profile().classicMemberMetadata().sessionTimeoutMs()
                : sessionTimeoutMs.applyAsInt(groupId);
        set(groupId, member, DeadlineType.SESSION, elapsedMs + timeoutMs, any -> true);
    }

    /** Sets or cancels the deadline for a revocation, because the member's assignment has changed. */
    void onAssignmentChanged(String groupId, ConsumerMember member, long elapsedMs) {
        if (member.current().state() != MemberState.UNREVOKED_PARTITIONS || member.isClassic()) {
            deadlines.cancel(new DeadlineKey(groupId, member.id(), DeadlineType.REVOCATION));
            return;
        }
        int epoch = member.current().epoch();
        long dueMs = elapsedMs + member.profile().rebalanceTimeoutMs();
        set(
                groupId,
                member,
                DeadlineType.REVOCATION,
                dueMs,
                late -> late.current().epoch() == epoch && late.current().state() == MemberState.UNREVOKED_PARTITIONS);
    }

    /** Sets the deadline for a classic member to join again, unless it is set already. */
    void onRejoinRequired(String groupId, ConsumerMember member, long elapsedMs) {
        if (deadlines.has(new DeadlineKey(groupId, member.id(), DeadlineType.REJOIN))) return;
        set(
                groupId,
                member,
                DeadlineType.REJOIN,
                elapsedMs + member.profile().rebalanceTimeoutMs(),
                ConsumerMember::isClassic);
    }

    /** Sets the deadline for a classic member to send SyncGroup, because it has joined. */
    void onJoined(String groupId, ConsumerMember member, long elapsedMs) {
        deadlines.cancel(new DeadlineKey(groupId, member.id(), DeadlineType.REJOIN));
        set(
                groupId,
                member,
                DeadlineType.SYNC,
                elapsedMs + member.profile().rebalanceTimeoutMs(),
                ConsumerMember::isClassic);
    }

    /** Cancels the deadline for SyncGroup: the classic member has its assignment. */
    void onSynced(String groupId, ConsumerMember member) {
        deadlines.cancel(new DeadlineKey(groupId, member.id(), DeadlineType.SYNC));
    }

    /** Cancels all deadlines of a member that was removed. */
    void cancelAll(String groupId, String memberId) {
        for (DeadlineType kind : DeadlineType.values()) deadlines.cancel(new DeadlineKey(groupId, memberId, kind));
    }

    private void set(
            String groupId, ConsumerMember member, DeadlineType kind, long dueMs, Predicate<ConsumerMember> stillTrue) {
        String memberId = member.id();
        deadlines.set(
                new DeadlineKey(groupId, memberId, kind),
                dueMs,
                context -> fence.fence(groupId, memberId, stillTrue, context));
    }
}

package io.letterbox.groups.classic;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.groups.Deadlines;
import io.letterbox.groups.GroupSettings;
import java.util.List;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * The rebalance of classic groups, from one generation to the next.
 *
 * <pre>
 *              a member joins              all have joined, or time is up            the leader brings the assignment
 *   EMPTY ───────────────► PREPARING_REBALANCE ───────────────► COMPLETING_REBALANCE ───────────────► STABLE
 *     ▲                      │            ▲                              │                              │
 *     └──────────────────────┘            └── a member joins, leaves, is lost, owes its sync too long ──┘
 *        nobody is left
 * </pre>
 *
 * Owned by its coordinator.
 */
final class RebalanceProtocol {
    private final GroupSettings settings;
    private final Deadlines deadlines;
    private final SessionTimeouts sessions;

    private record JoinPhase(String groupId) {}

    private record SyncPhase(String groupId) {}

    RebalanceProtocol(GroupSettings settings, Deadlines deadlines, SessionTimeouts sessions) {
        this.settings = settings;
        this.deadlines = deadlines;
        this.sessions = sessions;
    }

    /** Handles a change of the membership: begins a rebalance, or continues the current one. */
    void changed(ClassicGroup group, CoordinatorContext context) {
        if (group.in(ClassicState.PREPARING_REBALANCE)) completeWhenAllJoined(group, context);
        else prepare(group, context);
    }

    /** Begins a rebalance. */
    void prepare(ClassicGroup group, CoordinatorContext context) {
        if (group.in(ClassicState.COMPLETING_REBALANCE)) resetAssignments(group, Errors.REBALANCE_IN_PROGRESS, context);
        group.pendingSync().clear();
        deadlines.cancel(new SyncPhase(group.id()));
        group.transitionTo(ClassicState.PREPARING_REBALANCE, context.wallMs());
        if (group.isInitial()) {
            int delayMs = settings.initialRebalanceDelayMs();
            delay(group, delayMs, Math.max(group.rebalanceTimeoutMs() - delayMs, 0), context);
        } else if (group.allJoined()) {
            completeJoin(group, context);
        } else {
            awaitJoins(group, context);
        }
    }

    private void awaitJoins(ClassicGroup group, CoordinatorContext context) {
        deadlines.set(
                new JoinPhase(group.id()),
                context.elapsedMs() + group.rebalanceTimeoutMs(),
                late -> ifPreparing(group, () -> completeJoin(group, late)));
    }

    private void delay(ClassicGroup group, int delayMs, int remainingMs, CoordinatorContext context) {
        deadlines.set(
                new JoinPhase(group.id()),
                context.elapsedMs() + delayMs,
                late -> ifPreparing(group, () -> delayed(group, delayMs, remainingMs, late)));
    }

    private static void ifPreparing(ClassicGroup group, Runnable work) {
        if (group.in(ClassicState.PREPARING_REBALANCE)) work.run();
    }

    /** Ends the initial delay of a group. Members that joined meanwhile prolong it, up to the rebalance timeout. */
    private void delayed(ClassicGroup group, int delayMs, int remainingMs, CoordinatorContext context) {
        if (!group.grewWhileDelayed() || remainingMs == 0) {
            completeJoin(group, context);
            return;
        }
        group.grewWhileDelayed(false);
        int nextMs = Math.min(settings.initialRebalanceDelayMs(), remainingMs);
        delay(group, nextMs, Math.max(remainingMs - delayMs, 0), context);
    }

    /** Ends the join phase if all members have joined. The first join phase of a group ends by time only. */
    void completeWhenAllJoined(ClassicGroup group, CoordinatorContext context) {
        if (group.in(ClassicState.PREPARING_REBALANCE) && !group.isInitial() && group.allJoined()) {
            completeJoin(group, context);
        }
    }

    /** Ends the join phase: members that have not joined are removed, except static ones, whose sessions go on. */
    void completeJoin(ClassicGroup group, CoordinatorContext context) {
        deadlines.cancel(new JoinPhase(group.id()));
        for (ClassicMember member : List.copyOf(group.members())) {
            if (member.joining() != null || member.isStatic()) continue;
            group.remove(member.id());
            sessions.end(member);
        }
        if (!group.electLeader() && group.size() > 0) {
            // Only static members are left, and none of them has joined: wait until they do, or their sessions end.
            awaitJoins(group, context);
            return;
        }
        group.nextGeneration(context.wallMs());
        if (group.isEmpty()) becameEmpty(group, context);
        else answerJoins(group, context);
    }

    private static void becameEmpty(ClassicGroup group, CoordinatorContext context) {
        try {
            context.write(List.of(ClassicRecords.of(group)));
        } catch (ApiException refused) {
            // Harmless: after a restart the members of the last generation are restored, and time out.
            return;
        }
    }

    private void answerJoins(ClassicGroup group, CoordinatorContext context) {
        for (ClassicMember member : group.members()) {
            answerJoin(group, member, context);
            sessions.restart(group, member, context);
            member.fresh(false);
            group.pendingSync().add(member.id());
        }
        int generation = group.generation();
        deadlines.set(
                new SyncPhase(group.id()),
                context.elapsedMs() + group.rebalanceTimeoutMs(),
                late -> syncsAreLate(group, generation, late));
    }

    private static void answerJoin(ClassicGroup group, ClassicMember member, CoordinatorContext context) {
        CoordinatorRequest<JoinGroupResponseData> ask = member.joining();
        if (ask == null) return;
        member.joining(null);
        context.reply(ask, joined(group, member.id()));
    }

    /** The answer to a join in the current generation: the leader gets all members, the others none. */
    static JoinGroupResponseData joined(ClassicGroup group, String memberId) {
        return new JoinGroupResponseData()
                .setMembers(group.isLeader(memberId) ? members(group) : List.of())
                .setMemberId(memberId)
                .setGenerationId(group.generation())
                .setProtocolName(group.protocol())
                .setProtocolType(group.protocolType())
                .setLeader(group.leader());
    }

    private static List<JoinGroupResponseMember> members(ClassicGroup group) {
        return group.members().stream()
                .map(member -> new JoinGroupResponseMember()
                        .setMemberId(member.id())
                        .setGroupInstanceId(member.origin().instanceId())
                        .setMetadata(member.metadata(group.protocol())))
                .toList();
    }

    private void syncsAreLate(ClassicGroup group, int generation, CoordinatorContext context) {
        boolean began = group.in(ClassicState.COMPLETING_REBALANCE) || group.in(ClassicState.STABLE);
        if (!began || group.generation() != generation || group.pendingSync().isEmpty()) return;
        for (String memberId : List.copyOf(group.pendingSync())) {
            sessions.end(group.member(memberId));
            group.remove(memberId);
        }
        prepare(group, context);
    }

    /** Notes a SyncGroup request of a member; after the last one the deadline for them is cancelled. */
    void synced(ClassicGroup group, String memberId) {
        group.pendingSync().remove(memberId);
        if (group.pendingSync().isEmpty()) deadlines.cancel(new SyncPhase(group.id()));
    }

    /** Drops all assignments, and answers pending SyncGroup requests with an error. */
    void resetAssignments(ClassicGroup group, Errors why, CoordinatorContext context) {
        for (ClassicMember member : group.members()) group.assign(member, ClassicMember.NOTHING);
        answerSyncs(group, why, context);
    }

    void answerSyncs(ClassicGroup group, Errors error, CoordinatorContext context) {
        for (ClassicMember member : group.members()) {
            CoordinatorRequest<SyncGroupResponseData> ask = member.syncing();
            if (ask == null) continue;
            member.syncing(null);
            context.reply(
                    ask,
                    error == Errors.NONE
                            ? synced(group, member)
                            : new SyncGroupResponseData().setErrorCode(error.code()));
            sessions.restart(group, member, context);
        }
    }

    /** A member's assignment in the current generation. */
    static SyncGroupResponseData synced(ClassicGroup group, ClassicMember member) {
        return new SyncGroupResponseData()
                .setProtocolType(group.protocolType())
                .setProtocolName(group.protocol())
                .setAssignment(member.assignment());
    }

    /** Cancels the deadlines of a group that is deleted. */
    void forget(ClassicGroup group) {
        deadlines.cancel(new JoinPhase(group.id()));
        deadlines.cancel(new SyncPhase(group.id()));
    }
}

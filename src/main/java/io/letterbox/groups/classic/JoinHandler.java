package io.letterbox.groups.classic;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.groups.Caller;
import io.letterbox.groups.GroupCommand.JoinGroup;
import io.letterbox.groups.GroupMemory;
import io.letterbox.groups.GroupSettings;
import io.letterbox.groups.classic.ClassicMember.Protocol;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.protocol.Errors;

/** Handles JoinGroup requests of new and known members of classic groups. Owned by its coordinator. */
final class JoinHandler {
    /** From this version on, a new member gets an id first and has to join again with it (KIP-394). */
    private static final int KNOWN_MEMBER_ID_VERSION = 4;

    /** From this version on, a leader can be told that there is nothing to assign (KIP-814). */
    private static final int SKIP_ASSIGNMENT_VERSION = 9;

    /** The limit for a member's metadata: all members become one record, whose size is limited. */
    private static final int MAX_METADATA_BYTES = 1 << 20;

    private final GroupSettings settings;
    private final GroupMemory memory;
    private final Supplier<UUID> ids;
    private final RebalanceProtocol rebalances;
    private final SessionTimeouts sessions;

    JoinHandler(
            GroupSettings settings,
            GroupMemory memory,
            Supplier<UUID> ids,
            RebalanceProtocol rebalances,
            SessionTimeouts sessions) {
        this.settings = settings;
        this.memory = memory;
        this.ids = ids;
        this.rebalances = rebalances;
        this.sessions = sessions;
    }

    /** One request to join, on its way through the rules. */
    private record Request(
            ClassicGroup group,
            CoordinatorRequest<JoinGroupResponseData> ask,
            Caller caller,
            JoinGroupRequestData data,
            CoordinatorContext context) {
        List<Protocol> protocols() {
            return Protocol.of(data.protocols());
        }

        void refuse(String memberId, Errors error) {
            context.reply(ask, new JoinGroupResponseData().setMemberId(memberId).setErrorCode(error.code()));
        }
    }

    void join(
            ClassicGroup group,
            JoinGroup command,
            CoordinatorRequest<JoinGroupResponseData> ask,
            CoordinatorContext context) {
        Request request = new Request(group, ask, command.caller(), command.data(), context);
        String memberId = command.data().memberId();
        if (!hasRoom(group, memberId)) {
            forget(group, memberId);
            request.refuse("", Errors.GROUP_MAX_SIZE_REACHED);
            rebalances.completeWhenAllJoined(group, context);
        } else if (request.protocols().stream()
                        .mapToLong(spoken -> spoken.metadata().length)
                        .sum()
                > MAX_METADATA_BYTES) {
            request.refuse(memberId, Errors.INVALID_REQUEST);
        } else if (!group.fits(command.data().protocolType(), request.protocols())) {
            request.refuse(memberId, Errors.INCONSISTENT_GROUP_PROTOCOL);
        } else if (!memory.admits(growthBytes(request), group.id(), context)) {
            request.refuse(memberId, Errors.GROUP_MAX_SIZE_REACHED);
        } else if (memberId.isEmpty()) {
            joinNew(request);
        } else {
            joinKnown(request, memberId);
        }
    }

    /** The largest possible growth of the group's memory. */
    private static long growthBytes(Request request) {
        ClassicGroup group = request.group();
        String memberId = request.data().memberId();
        ClassicMember known = group.member(memberId);
        if (known == null && request.data().groupInstanceId() != null) {
            String current = group.memberOf(request.data().groupInstanceId());
            known = current == null ? null : group.member(current);
        }
        long spoken = ClassicMember.weightBytes(request.protocols());
        if (known != null) return spoken - ClassicMember.weightBytes(known.protocols());
        ClassicMember candidate = newMember(request, memberId);
        boolean first = group.size() == 0 && group.promisedIds().isEmpty();
        long made = first ? ClassicGroup.newBytes(group.id()) + ClassicGroup.COLLECTIONS_BYTES : 0;
        return candidate.weightBytes()
                + spoken
                + ClassicGroup.promiseBytes(candidate.origin().clientId())
                + made;
    }

    private static ClassicMember newMember(Request request, String memberId) {
        return new ClassicMember(
                memberId,
                new ClassicMember.Origin(
                        request.data().groupInstanceId(),
                        request.caller().clientId(),
                        request.caller().host(),
                        request.data().protocolType()));
    }

    private void forget(ClassicGroup group, String memberId) {
        ClassicMember member = group.member(memberId);
        if (member != null) sessions.end(member);
        if (group.promisedIds().contains(memberId)) sessions.endPromise(group, memberId);
        group.remove(memberId);
    }

    /** During a rebalance only the members that have joined count, so that the last ones to join are refused. */
    private boolean hasRoom(ClassicGroup group, String memberId) {
        ClassicMember member = group.member(memberId);
        // The number of promised ids is limited, too, because clients can request them at no cost.
        if (memberId.isEmpty() && group.promisedIds().size() >= settings.maxMembers()) return false;
        if (group.isEmpty()) return true;
        if (group.in(ClassicState.PREPARING_REBALANCE)) {
            return member != null && member.joining() != null || group.joiningCount() < settings.maxMembers();
        }
        return member != null || group.size() < settings.maxMembers();
    }

    private void joinNew(Request request) {
        ClassicGroup group = request.group();
        String instanceId = request.data().groupInstanceId();
        if (instanceId != null) {
            String newId = instanceId + "-" + ids.get();
            String current = group.memberOf(instanceId);
            if (current == null) add(request, newId);
            else replaceStatic(request, group.member(current), newId);
            return;
        }
        String newId = request.caller().clientId() + "-" + ids.get();
        if (request.caller().version() < KNOWN_MEMBER_ID_VERSION) {
            add(request, newId);
            return;
        }
        group.addPromisedId(newId);
        sessions.promise(group, newId, request.data().sessionTimeoutMs(), request.context());
        request.refuse(newId, Errors.MEMBER_ID_REQUIRED);
    }

    private void add(Request request, String memberId) {
        ClassicGroup group = request.group();
        JoinGroupRequestData data = request.data();
        ClassicMember member = newMember(request, memberId);
        member.setProtocols(request.protocols());
        member.timeouts(data.rebalanceTimeoutMs(), data.sessionTimeoutMs());
        member.fresh(true);
        member.joining(request.ask());
        if (group.in(ClassicState.PREPARING_REBALANCE) && group.isInitial()) group.grewWhileDelayed(true);
        sessions.endPromise(group, memberId);
        group.add(member);
        sessions.beginFirst(group, member, request.context());
        rebalances.changed(group, request.context());
    }

    private void joinKnown(Request request, String memberId) {
        ClassicGroup group = request.group();
        if (group.promisedIds().contains(memberId)) {
            // Only dynamic members get promised ids.
            if (request.data().groupInstanceId() == null) add(request, memberId);
            else request.refuse(memberId, Errors.UNKNOWN_MEMBER_ID);
            return;
        }
        Errors refusal = group.checkMember(memberId, request.data().groupInstanceId());
        // This also refuses a join of a known id in an empty group, which has no members.
        if (refusal != Errors.NONE) {
            request.refuse(memberId, refusal);
            return;
        }
        ClassicMember member = group.member(memberId);
        boolean same = member.hasProtocols(request.protocols());
        boolean asks = group.in(ClassicState.COMPLETING_REBALANCE) && same
                || group.in(ClassicState.STABLE) && same && !group.isLeader(memberId);
        if (asks) {
            // The member may have missed the answer. It gets it again, and nothing changes for the others.
            request.context().reply(request.ask(), RebalanceProtocol.joined(group, memberId));
            return;
        }
        update(request, member);
        rebalances.changed(group, request.context());
    }

    private static void update(Request request, ClassicMember member) {
        JoinGroupRequestData data = request.data();
        request.group().changeProtocols(member, request.protocols());
        member.timeouts(data.rebalanceTimeoutMs(), data.sessionTimeoutMs());
        // A client that sends a second request does not wait for the answer to the first.
        member.refuseWaiting(Errors.REBALANCE_IN_PROGRESS, request.context());
        member.joining(request.ask());
    }

    /**
     * Replaces a static member that was restarted: the new incarnation takes its place, and requests of the old one are
     * fenced.
     */
    private void replaceStatic(Request request, ClassicMember old, String newId) {
        ClassicGroup group = request.group();
        String oldLeader = group.leader();
        old.refuseWaiting(Errors.FENCED_INSTANCE_ID, request.context());
        sessions.end(old);
        ClassicMember member = group.replace(old, newId);
        sessions.restart(group, member, request.context());
        update(request, member);
        if (group.in(ClassicState.COMPLETING_REBALANCE)) {
            // The leader may already be computing an assignment for the old id.
            rebalances.prepare(group, request.context());
        } else if (!group.in(ClassicState.STABLE)) {
            rebalances.completeWhenAllJoined(group, request.context());
        } else if (!group.elect().equals(group.protocol())) {
            rebalances.prepare(group, request.context());
        } else {
            keepGeneration(request, member, oldLeader);
        }
    }

    /** Keeps the generation and the assignment, because nothing changes for the other members. */
    private void keepGeneration(Request request, ClassicMember member, String oldLeader) {
        ClassicGroup group = request.group();
        CoordinatorContext context = request.context();
        member.joining(null);
        try {
            context.write(List.of(ClassicRecords.of(group)));
        } catch (ApiException refused) {
            // The log still has the old id; a rebalance writes the new one.
            member.joining(request.ask());
            rebalances.prepare(group, context);
            return;
        }
        JoinGroupResponseData answer = RebalanceProtocol.joined(group, member.id());
        if (request.caller().version() >= SKIP_ASSIGNMENT_VERSION) {
            answer.setSkipAssignment(group.isLeader(member.id()));
        } else {
            // An older client would compute the assignment again if it learned that it is the leader.
            answer.setLeader(oldLeader).setMembers(List.of());
        }
        context.reply(request.ask(), answer);
    }
}

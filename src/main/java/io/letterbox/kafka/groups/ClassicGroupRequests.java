package io.letterbox.kafka.groups;

import io.letterbox.bus.Coordinators;
import io.letterbox.groups.Caller;
import io.letterbox.groups.GroupCommand;
import io.letterbox.kafka.api.CoordinatorErrors;
import io.letterbox.kafka.api.KafkaRequest;
import io.vertx.core.Future;
import java.util.List;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;

/** The requests of members of classic groups. Evens out the differences between versions; the coordinator decides. */
final class ClassicGroupRequests {
    /** The first version with a rebalance timeout of its own; before it, there was one timeout for both. */
    private static final int REBALANCE_TIMEOUT_VERSION = 1;

    /** The first version in which several members can leave at once (KIP-345). */
    private static final int LEAVE_SEVERAL_VERSION = 3;

    /** The first version in which the protocol's name may be null. */
    private static final int NULL_PROTOCOL_VERSION = 7;

    /** The first version in which a member names the protocol that it expects (KIP-559). */
    private static final int NAMED_PROTOCOL_VERSION = 5;

    private final Coordinators coordinators;

    ClassicGroupRequests(Coordinators coordinators) {
        this.coordinators = coordinators;
    }

    /** Who asks, as coordinators know it. */
    static Caller caller(KafkaRequest request) {
        String clientId = request.clientId() == null ? "" : request.clientId();
        return new Caller(clientId, "/" + request.client().host(), request.version());
    }

    Future<JoinGroupResponseData> join(KafkaRequest request) {
        JoinGroupRequestData data = request.body(JoinGroupRequestData.class);
        if (request.version() < REBALANCE_TIMEOUT_VERSION) data.setRebalanceTimeoutMs(data.sessionTimeoutMs());
        return coordinators
                .ask(new GroupCommand.JoinGroup(caller(request), data), request.principal())
                .map(answer -> withProtocol(answer, request.version()))
                .recover(CoordinatorErrors::of);
    }

    /** A refused member has no protocol; older versions read that as an empty name. */
    private static JoinGroupResponseData withProtocol(JoinGroupResponseData answer, short version) {
        boolean none = answer.protocolName() == null || answer.protocolName().isEmpty();
        if (!none) return answer;
        return answer.setProtocolName(version < NULL_PROTOCOL_VERSION ? "" : null);
    }

    Future<SyncGroupResponseData> sync(KafkaRequest request) {
        SyncGroupRequestData data = request.body(SyncGroupRequestData.class);
        boolean unnamed = data.protocolType() == null || data.protocolName() == null;
        if (request.version() >= NAMED_PROTOCOL_VERSION && unnamed) {
            return Future.succeededFuture(
                    new SyncGroupResponseData().setErrorCode(Errors.INCONSISTENT_GROUP_PROTOCOL.code()));
        }
        return coordinators
                .ask(
                        new GroupCommand.SyncGroup(caller(request), request.body(SyncGroupRequestData.class)),
                        request.principal())
                .recover(CoordinatorErrors::of);
    }

    Future<HeartbeatResponseData> heartbeat(KafkaRequest request) {
        return coordinators
                .ask(
                        new GroupCommand.ClassicHeartbeat(caller(request), request.body(HeartbeatRequestData.class)),
                        request.principal())
                .recover(CoordinatorErrors::of);
    }

    Future<LeaveGroupResponseData> leave(KafkaRequest request) {
        // A copy: an error response is made from the original request, whose version has no such list.
        LeaveGroupRequestData data = request.body(LeaveGroupRequestData.class).duplicate();
        boolean single = request.version() < LEAVE_SEVERAL_VERSION;
        if (single) data.setMembers(List.of(new MemberIdentity().setMemberId(data.memberId())));
        return coordinators
                .ask(new GroupCommand.LeaveGroup(caller(request), data), request.principal())
                .map(answer -> single ? only(answer) : answer)
                .recover(CoordinatorErrors::of);
    }

    private static LeaveGroupResponseData only(LeaveGroupResponseData answer) {
        if (answer.members().isEmpty()) return answer;
        short error = answer.members().get(0).errorCode();
        return new LeaveGroupResponseData().setErrorCode(error);
    }
}

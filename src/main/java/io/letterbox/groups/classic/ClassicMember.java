package io.letterbox.groups.classic;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.memory.StateWeight;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * One member of a classic group. Owned by its group. Compared by identity, so a member is the key of its session's
 * deadline.
 */
final class ClassicMember {
    static final byte[] NOTHING = new byte[0];

    /**
     * The memory of the member's objects, its session's deadline, its entries in the group's maps, and a pending
     * request.
     */
    private static final int BYTES = 700;

    private static final int PROTOCOL_BYTES = 150;

    private final String id;
    private final Origin origin;
    private List<Protocol> protocols;
    private int rebalanceTimeoutMs;
    private int sessionTimeoutMs;
    private byte[] assignment = NOTHING;

    // State that does not survive a restart.
    private CoordinatorRequest<JoinGroupResponseData> joining;
    private CoordinatorRequest<SyncGroupResponseData> syncing;
    private boolean fresh;

    /** A protocol that the member supports, and its metadata for the leader. */
    record Protocol(String name, byte[] metadata) {
        static List<Protocol> of(Iterable<JoinGroupRequestProtocol> requested) {
            java.util.ArrayList<Protocol> protocols = new java.util.ArrayList<>();
            for (JoinGroupRequestProtocol protocol : requested) {
                protocols.add(new Protocol(protocol.name(), protocol.metadata()));
            }
            return protocols;
        }
    }

    /** The origin of a member. */
    record Origin(String instanceId, String clientId, String host, String protocolType) {}

    ClassicMember(String id, Origin origin) {
        this.id = id;
        this.origin = origin;
        this.protocols = List.of();
    }

    String id() {
        return id;
    }

    Origin origin() {
        return origin;
    }

    boolean isStatic() {
        return origin.instanceId() != null;
    }

    List<Protocol> protocols() {
        return protocols;
    }

    void setProtocols(List<Protocol> newProtocols) {
        protocols = newProtocols;
    }

    /** Its estimated memory. */
    long weightBytes() {
        return BYTES
                + StateWeight.of(id)
                + StateWeight.of(origin.instanceId())
                + StateWeight.of(origin.clientId())
                + StateWeight.of(origin.host())
                + StateWeight.of(origin.protocolType())
                + weightBytes(protocols)
                + assignment.length;
    }

    static long weightBytes(List<Protocol> spoken) {
        long bytes = 0;
        for (Protocol protocol : spoken) {
            bytes += PROTOCOL_BYTES + StateWeight.of(protocol.name()) + protocol.metadata().length;
        }
        return bytes;
    }

    /** Whether it has the same protocols with the same metadata, in the same order of preference. */
    boolean hasProtocols(List<Protocol> others) {
        if (protocols.size() != others.size()) return false;
        for (int index = 0; index < others.size(); index++) {
            Protocol mine = protocols.get(index);
            Protocol other = others.get(index);
            if (!mine.name().equals(other.name()) || !Arrays.equals(mine.metadata(), other.metadata())) return false;
        }
        return true;
    }

    /** Its metadata for the leader in a protocol. */
    byte[] metadata(String protocol) {
        for (Protocol mine : protocols) if (mine.name().equals(protocol)) return mine.metadata();
        return NOTHING;
    }

    /** The first of its protocols that all members support. */
    String vote(Set<String> candidates) {
        for (Protocol mine : protocols) if (candidates.contains(mine.name())) return mine.name();
        throw new IllegalArgumentException("Member " + id + " speaks none of " + candidates);
    }

    int rebalanceTimeoutMs() {
        return rebalanceTimeoutMs;
    }

    int sessionTimeoutMs() {
        return sessionTimeoutMs;
    }

    void timeouts(int newRebalanceTimeoutMs, int newSessionTimeoutMs) {
        rebalanceTimeoutMs = newRebalanceTimeoutMs;
        sessionTimeoutMs = newSessionTimeoutMs;
    }

    byte[] assignment() {
        return assignment;
    }

    void assign(byte[] newAssignment) {
        assignment = newAssignment;
    }

    /** The JoinGroup request that waits for the end of the rebalance, or null. */
    CoordinatorRequest<JoinGroupResponseData> joining() {
        return joining;
    }

    void joining(CoordinatorRequest<JoinGroupResponseData> ask) {
        joining = ask;
    }

    /** The SyncGroup request that waits for the leader's assignment, or null. */
    CoordinatorRequest<SyncGroupResponseData> syncing() {
        return syncing;
    }

    void syncing(CoordinatorRequest<SyncGroupResponseData> ask) {
        syncing = ask;
    }

    /**
     * Answers the requests that wait in the member's name with an error.
     *
     * @param why the error; with {@code UNKNOWN_MEMBER_ID} it is no longer a member, so the answer has no id either
     */
    void refuseWaiting(Errors why, CoordinatorContext context) {
        CoordinatorRequest<JoinGroupResponseData> join = joining;
        joining = null;
        if (join != null) {
            String shownId = why == Errors.UNKNOWN_MEMBER_ID ? "" : id;
            context.reply(join, new JoinGroupResponseData().setMemberId(shownId).setErrorCode(why.code()));
        }
        CoordinatorRequest<SyncGroupResponseData> sync = syncing;
        syncing = null;
        if (sync != null) context.reply(sync, new SyncGroupResponseData().setErrorCode(why.code()));
    }

    /** True until its first join has been answered: it does not know its id, so it cannot send heartbeats. */
    boolean isFresh() {
        return fresh;
    }

    void fresh(boolean isFresh) {
        fresh = isFresh;
    }
}

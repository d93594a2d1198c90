package io.letterbox.groups.consumer;

import io.letterbox.groups.Caller;
import io.letterbox.groups.GroupCommand;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;

/** A client of the classic protocol. Eager ones revoke all partitions before they join again, cooperative ones none. */
public final class ClassicBenchMember {
    public static final int SESSION_MS = 20_000;
    private static final Caller CALLER = new Caller("classic", "/127.0.0.1", (short) 9);

    private final GroupBench bench;
    private final String groupId;
    private final boolean cooperative;
    private final List<String> topics;
    private String id = "";
    private int generation = -1;
    private List<TopicPartition> owned = List.of();

    public ClassicBenchMember(GroupBench bench, String groupId, boolean cooperative, String... topics) {
        this.bench = bench;
        this.groupId = groupId;
        this.cooperative = cooperative;
        this.topics = List.of(topics);
    }

    public String id() {
        return id;
    }

    public List<TopicPartition> owned() {
        return owned;
    }

    public JoinGroupRequestData joinRequest() {
        return joinRequest("consumer", cooperative ? "cooperative-sticky" : "range");
    }

    public JoinGroupRequestData joinRequest(String protocolType, String protocol) {
        if (!cooperative) owned = List.of();
        ByteBuffer metadata = ConsumerProtocol.serializeSubscription(new Subscription(topics, null, owned));
        JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
        protocols.add(new JoinGroupRequestProtocol().setName(protocol).setMetadata(metadata.array()));
        return new JoinGroupRequestData()
                .setGroupId(groupId)
                .setMemberId(id)
                .setProtocolType(protocolType)
                .setProtocols(protocols)
                .setSessionTimeoutMs(SESSION_MS)
                .setRebalanceTimeoutMs(BenchMember.REBALANCE_MS);
    }

    public GroupBench.Answer<JoinGroupResponseData> join() {
        if (id.isEmpty())
            id = bench.ask(new GroupCommand.JoinGroup(CALLER, joinRequest())).memberId();
        return bench.send(new GroupCommand.JoinGroup(CALLER, joinRequest()));
    }

    /** Joins a group whose assignment the server decides, which answers at once. */
    public Errors joinAndSync() {
        JoinGroupResponseData joined = join().value();
        Errors error = Errors.forCode(joined.errorCode());
        if (error != Errors.NONE) {
            if (error == Errors.UNKNOWN_MEMBER_ID) forget();
            return error;
        }
        generation = joined.generationId();
        SyncGroupResponseData synced = sync(List.of()).value();
        error = Errors.forCode(synced.errorCode());
        if (error == Errors.NONE) take(synced);
        return error;
    }

    public GroupBench.Answer<SyncGroupResponseData> sync(List<SyncGroupRequestAssignment> assignments) {
        return bench.send(new GroupCommand.SyncGroup(
                CALLER,
                new SyncGroupRequestData()
                        .setGroupId(groupId)
                        .setMemberId(id)
                        .setGenerationId(generation)
                        .setAssignments(assignments)));
    }

    /** Acts as a classic group's only member and leader, which assigns itself these partitions. */
    public void leadAlone(List<TopicPartition> partitions) {
        leadAlone(partitions, null);
    }

    public void leadAlone(List<TopicPartition> partitions, ByteBuffer userData) {
        GroupBench.Answer<JoinGroupResponseData> joined = join();
        bench.advance(1);
        generation = joined.value().generationId();
        byte[] bytes = ConsumerProtocol.serializeAssignment(new Assignment(partitions, userData))
                .array();
        take(sync(List.of(new SyncGroupRequestAssignment().setMemberId(id).setAssignment(bytes)))
                .value());
    }

    private void take(SyncGroupResponseData synced) {
        owned = new ArrayList<>(ConsumerProtocol.deserializeAssignment(ByteBuffer.wrap(synced.assignment()))
                .partitions());
    }

    public Errors heartbeat() {
        Errors error = Errors.forCode(bench.ask(new GroupCommand.ClassicHeartbeat(
                        CALLER,
                        new HeartbeatRequestData()
                                .setGroupId(groupId)
                                .setMemberId(id)
                                .setGenerationId(generation)))
                .errorCode());
        if (error == Errors.UNKNOWN_MEMBER_ID || error == Errors.ILLEGAL_GENERATION) forget();
        return error;
    }

    /** Runs a client's loop once: sends a heartbeat, and joins again if it has to. */
    public Errors work() {
        if (generation < 0) return joinAndSync();
        Errors error = heartbeat();
        return error == Errors.REBALANCE_IN_PROGRESS ? joinAndSync() : error;
    }

    public Errors leave() {
        Errors error = Errors.forCode(bench.ask(new GroupCommand.LeaveGroup(
                        CALLER,
                        new LeaveGroupRequestData()
                                .setGroupId(groupId)
                                .setMembers(List.of(new MemberIdentity().setMemberId(id)))))
                .members()
                .get(0)
                .errorCode());
        forget();
        return error;
    }

    public void forget() {
        id = "";
        generation = -1;
        owned = List.of();
    }
}

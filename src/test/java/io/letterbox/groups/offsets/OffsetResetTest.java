package io.letterbox.groups.offsets;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.GroupCommand.SetOffsets;
import io.letterbox.groups.TestGroups;
import io.letterbox.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

/** Tests setting offsets: not while the group has members, except by a member for its own partitions. */
class OffsetResetTest {
    private static final String G = "g";
    private static final TopicPartition HERS = new TopicPartition("topic", 0);
    private static final TopicPartition NOT_HERS = new TopicPartition("topic", 1);

    private final TestGroups groups = new TestGroups();

    private Errors set(String memberId, TopicPartition... partitions) {
        TreeMap<TopicPartition, SetOffsets.TargetOffset> offsets = new TreeMap<>();
        for (TopicPartition partition : partitions)
            offsets.put(partition, new SetOffsets.TargetOffset(42, "", Uuid.ZERO_UUID));
        return groups.ask(new SetOffsets(G, memberId, offsets)).get();
    }

    /** A consumer that reads the one partition. */
    private String member() {
        ByteBuffer subscription = ConsumerProtocol.serializeSubscription(new Subscription(List.of("topic")));
        JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
        protocols.add(new JoinGroupRequestProtocol().setName("range").setMetadata(Utils.toArray(subscription)));
        JoinGroupRequestData join = new JoinGroupRequestData()
                .setGroupId(G)
                .setSessionTimeoutMs(TestGroups.SESSION_MS)
                .setRebalanceTimeoutMs(TestGroups.REBALANCE_MS)
                .setProtocolType("consumer")
                .setProtocols(protocols);
        String id = groups.ask(new GroupCommand.JoinGroup(TestGroups.caller(), join))
                .get()
                .memberId();
        groups.ask(new GroupCommand.JoinGroup(TestGroups.caller(), join.setMemberId(id)));
        groups.pass(1000);
        ByteBuffer assignment = ConsumerProtocol.serializeAssignment(
                new Assignment(List.of(new org.apache.kafka.common.TopicPartition("topic", 0))));
        groups.ask(new GroupCommand.SyncGroup(
                        TestGroups.caller(),
                        new SyncGroupRequestData()
                                .setGroupId(G)
                                .setMemberId(id)
                                .setGenerationId(1)
                                .setAssignments(List.of(new SyncGroupRequestAssignment()
                                        .setMemberId(id)
                                        .setAssignment(Utils.toArray(assignment))))))
                .get();
        return id;
    }

    @Test
    void aMemberSetsOffsetsOfWhatItReads() {
        String id = member();
        assertThat(groups.ask(new GroupCommand.ViewGroup(G)).get().members())
                .singleElement()
                .satisfies(view -> assertThat(view.assignment()).containsExactly(HERS));
        assertThat(set(id, HERS)).isEqualTo(Errors.NONE);
        assertThat(groups.offset(G)).isEqualTo(42);
        assertThat(set(id, HERS, NOT_HERS)).isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(set("somebody", HERS)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(set(null, HERS)).isEqualTo(Errors.NON_EMPTY_GROUP);
    }

    @Test
    void anybodySetsOffsetsOfAGroupThatNobodyReadsFor() {
        assertThat(set(null, HERS, NOT_HERS)).isEqualTo(Errors.NONE);
        groups.restart();
        assertThat(groups.ask(new GroupCommand.ViewGroup(G)).get().offsets()).containsOnlyKeys(HERS, NOT_HERS);
        assertThat(set("somebody", HERS)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }
}

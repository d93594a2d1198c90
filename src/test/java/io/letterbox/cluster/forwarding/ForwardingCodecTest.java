package io.letterbox.cluster.forwarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.access.Principal;
import io.letterbox.audit.Actor;
import io.letterbox.bus.ActiveProducer;
import io.letterbox.bus.Appended;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.cluster.forwarding.PartitionRequest.AppendBatch;
import io.letterbox.cluster.forwarding.PartitionRequest.AskCoordinator;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.error.VerificationGuard;
import io.letterbox.groups.Caller;
import io.letterbox.groups.CommittedOffset;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.GroupPage;
import io.letterbox.groups.GroupType;
import io.letterbox.groups.GroupView;
import io.letterbox.metadata.QuorumStatus;
import io.letterbox.record.TopicPartition;
import io.letterbox.transactions.TransactionCommand;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class ForwardingCodecTest {
    private static final TopicPartition PARTITION = new TopicPartition("Zahlen/é", 3);
    private static final Principal ALICE = new Principal(Principal.USER, "alice");

    private final ForwardingCodec codec = new ForwardingCodec();

    private <R> PartitionRequest<?> there(PartitionRequest<R> request) {
        return codec.decode(codec.encode(request));
    }

    private <R> R back(PartitionRequest<R> request, R answer) {
        return codec.decodeAnswer(request, codec.encodeAnswer(request, answer));
    }

    private static <R> AskCoordinator<R> ask(CoordinatorCommand<R> command) {
        return new AskCoordinator<>(PARTITION, ALICE, command);
    }

    @Test
    void appendsTravel() {
        ByteBuffer batch = ByteBuffer.wrap(new byte[] {9, 1, 2, 3, 9}, 1, 3);
        AppendBatch append = new AppendBatch(PARTITION, 2, ALICE, new VerificationGuard(-7), batch);
        AppendBatch received = (AppendBatch) there(append);
        assertThat(received.batch()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThat(received.batch().arrayOffset()).isZero();
        assertThat(received).isEqualTo(append);
        assertThat(batch.remaining()).as("the batch is still to be read").isEqualTo(3);
        assertThat(((AppendBatch) there(new AppendBatch(PARTITION, 2, ALICE, null, batch))).guard())
                .isNull();
        assertThat(back(append, new Appended(5, -1, 0, true))).isEqualTo(new Appended(5, -1, 0, true));
    }

    @Test
    void whatElseIsAskedOfPartitionsTravels() {
        var delete = new PartitionRequest.DeleteRecords(PARTITION, -1, Actor.of("HTTP", "1.2.3.4", null, ALICE));
        assertThat(there(delete)).isEqualTo(delete);
        assertThat(back(delete, 17L)).isEqualTo(17);
        var describe = new PartitionRequest.DescribeProducers(PARTITION);
        assertThat(there(describe)).isEqualTo(describe);
        List<ActiveProducer> producers = List.of(new ActiveProducer(1L << 40, (short) 2, 3, 4, -1, -1));
        assertThat(back(describe, producers)).isEqualTo(producers);
        var statuses = new PartitionRequest.DescribeStatuses(Map.of(PARTITION, new UUID(7, 8)), true);
        assertThat(there(statuses)).isEqualTo(statuses);
        Map<TopicPartition, PartitionStatus> found =
                Map.of(PARTITION, new PartitionStatus(1, 2, 3, 4, 5, 6, "broken", true));
        assertThat(back(statuses, found)).isEqualTo(found);
        var quorum = new PartitionRequest.DescribeQuorum();
        assertThat(there(quorum)).isEqualTo(quorum);
        assertThat(back(quorum, null)).isNull();
        QuorumStatus status =
                new QuorumStatus(1, 2, 3, List.of(new QuorumStatus.Replica(4, new UUID(5, 6), 7, 8)), List.of());
        assertThat(back(quorum, status)).isEqualTo(status);
        var find = new PartitionRequest.FindProducer("t", 4, 99);
        assertThat(there(find)).isEqualTo(find);
        assertThat(back(find, Map.of(0, -1, 3, -2))).isEqualTo(Map.of(0, -1, 3, -2));
    }

    /** The topic's id and its name, which no one version of Kafka's own schema has both. */
    @Test
    void commandsOfGroupsTravelWhole() {
        ConsumerGroupHeartbeatRequestData data = new ConsumerGroupHeartbeatRequestData()
                .setGroupId("g")
                .setMemberId("m")
                .setSubscribedTopicNames(List.of("a", "b"))
                .setTopicPartitions(List.of(new ConsumerGroupHeartbeatRequestData.TopicPartitions()
                        .setTopicId(new Uuid(1, 2))
                        .setPartitions(List.of(0, 5))));
        var heartbeat = new GroupCommand.ConsumerGroupHeartbeat(new Caller("sse", "/127.0.0.1", (short) 9), data);
        var ask = ask(heartbeat);
        assertThat(there(ask)).isEqualTo(ask);
        ConsumerGroupHeartbeatResponseData answer = new ConsumerGroupHeartbeatResponseData()
                .setMemberEpoch(4)
                .setErrorMessage("words")
                .setAssignment(new ConsumerGroupHeartbeatResponseData.Assignment());
        assertThat(back(ask, answer)).isEqualTo(answer);

        OffsetFetchRequestData.OffsetFetchRequestGroup group = new OffsetFetchRequestData.OffsetFetchRequestGroup()
                .setGroupId("g")
                .setMemberId("m")
                .setTopics(null);
        var fetch = ask(new GroupCommand.FetchOffsets(group, true));
        assertThat(there(fetch)).isEqualTo(fetch);
        OffsetFetchResponseData.OffsetFetchResponseGroup offsets =
                new OffsetFetchResponseData.OffsetFetchResponseGroup()
                        .setGroupId("g")
                        .setTopics(List.of(new OffsetFetchResponseData.OffsetFetchResponseTopics()
                                .setName("named")
                                .setTopicId(new Uuid(3, 4))));
        assertThat(back(fetch, offsets)).isEqualTo(offsets);
    }

    @Test
    void viewsOfGroupsTravel() {
        var view = ask(new GroupCommand.ViewGroups(null, "", 10));
        assertThat(there(view)).isEqualTo(view);
        TreeMap<TopicPartition, CommittedOffset> offsets = new TreeMap<>();
        offsets.put(PARTITION, new CommittedOffset(1, 2, "", 3, -1, new Uuid(5, 6), 7));
        GroupView group = new GroupView(
                "g",
                GroupType.CONSUMER,
                "Stable",
                "consumer",
                null,
                3,
                List.of(new GroupView.Member("m", null, "c", "/h", 1, new TreeSet<>(Set.of(PARTITION)))),
                offsets);
        assertThat(back(view, new GroupPage(List.of(group), null))).isEqualTo(new GroupPage(List.of(group), null));

        var set = ask(new GroupCommand.SetOffsets("g", null, new TreeMap<>(Map.of(PARTITION, to()))));
        assertThat(there(set)).isEqualTo(set);
        assertThat(back(set, Errors.NON_EMPTY_GROUP)).isEqualTo(Errors.NON_EMPTY_GROUP);
        var one = ask(new GroupCommand.ViewGroup("g"));
        assertThat(back(one, null)).isNull();
    }

    private static GroupCommand.SetOffsets.TargetOffset to() {
        return new GroupCommand.SetOffsets.TargetOffset(5, "", new Uuid(1, 1));
    }

    @Test
    void commandsOfTransactionsTravel() {
        var add = ask(new TransactionCommand.AddPartitionsToTxn(
                "t", 7, (short) 1, Set.of(PARTITION), TransactionCommand.Intent.VERIFY));
        assertThat(there(add)).isEqualTo(add);
        assertThat(back(add, Map.of(PARTITION, Errors.NONE))).isEqualTo(Map.of(PARTITION, Errors.NONE));
    }

    /** All commands but those that a node gives itself have a number, and a form on the wire for both directions. */
    @Test
    void everyCommandOfClientsHasAForm() {
        Set<Class<?>> own = Set.of(
                GroupCommand.ImageChanged.class,
                GroupCommand.NodeEnded.class,
                TransactionCommand.MarkersWritten.class,
                TransactionCommand.WithProducerId.class);
        List<Class<?>> all = Stream.<Class<?>>of(GroupCommand.class, TransactionCommand.class)
                .flatMap(commands -> Stream.<Class<?>>of(commands.getPermittedSubclasses()))
                .filter(Class::isRecord)
                .toList();
        assertThat(all).hasSizeGreaterThan(20);
        for (Class<?> command : all)
            assertThat(codec.isKnown(command)).as("%s", command).isEqualTo(!own.contains(command));
    }

    @Test
    void whatIsNotUnderstoodIsRefusedInWords() {
        Buffer good = codec.encode(new PartitionRequest.DescribeProducers(PARTITION));
        refuses(good.copy().setByte(0, (byte) 2), ErrorCode.NODE_UNREACHABLE, "version 2");
        refuses(good.copy().setShort(1, (short) 999), ErrorCode.NODE_UNREACHABLE, "operation 999");
        refuses(good.copy().setInt(3, good.getInt(3) + 1), ErrorCode.NODE_UNREACHABLE, "form of DescribeProducers");
        refuses(good.copy().appendByte((byte) 0), ErrorCode.INVALID_REQUEST, "left over");
        for (int length = 0; length < good.length(); length++) {
            refuses(good.slice(0, length), ErrorCode.INVALID_REQUEST, "cannot be read");
        }
        refuses(good.slice(0, 7).copy().appendByte((byte) 0), ErrorCode.INVALID_REQUEST, "missing");
    }

    private void refuses(Buffer body, ErrorCode code, String words) {
        assertThatThrownBy(() -> codec.decode(body))
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(code))
                .hasMessageContaining(words);
    }

    /** Whatever the bytes are, they are refused or understood. */
    @Test
    void changedBytesDoNoHarm() {
        var command = new GroupCommand.SetOffsets("group", "m", new TreeMap<>(Map.of(PARTITION, to())));
        Buffer good = codec.encode(ask(command));
        for (int at = 7; at < good.length(); at++) {
            for (int value : new int[] {0, 1, 2, 0x7f, 0x80, 0xff}) {
                Buffer changed = good.copy().setByte(at, (byte) value);
                try {
                    codec.decode(changed);
                } catch (ApiException refusal) {
                    assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                }
            }
        }
    }
}

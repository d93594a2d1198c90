package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.metadata.Command;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.TopicPartition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Fetch and the APIs that look up offsets, frame by frame. */
class FetchApiTest {
    private static final int LONG_MS = 60_000;
    private static final int MUCH = 1 << 20;

    private final TestKafkaDoor door = new TestKafkaDoor();
    private FrameClient client;

    @BeforeEach
    void connect() {
        door.storage.createTopic("t", 3, Map.of());
        client = door.connect();
    }

    @AfterEach
    void close() {
        client.close();
        door.close();
    }

    private void publish(int partition, String... values) {
        for (String value : values) {
            door.storage.publish(
                    new TopicPartition("t", partition), 1_000, "k", value.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static FetchPartition from(int partition, long offset) {
        return new FetchPartition()
                .setPartition(partition)
                .setFetchOffset(offset)
                .setPartitionMaxBytes(MUCH);
    }

    private static FetchRequestData fetch(int maxWaitMs, FetchPartition... partitions) {
        FetchTopic topic = new FetchTopic().setTopic("t").setPartitions(List.of(partitions));
        return new FetchRequestData()
                .setMaxWaitMs(maxWaitMs)
                .setMinBytes(1)
                .setMaxBytes(MUCH)
                .setTopics(partitions.length == 0 ? List.of() : List.of(topic));
    }

    private FetchRequestData byId(FetchRequestData request, Uuid id) {
        request.topics().forEach(topic -> topic.setTopicId(id));
        return request;
    }

    private Uuid topicId() {
        UUID id = door.storage.metadata().image().topics().get("t").id();
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    private FetchResponseData ask(int version, FetchRequestData request) {
        return client.ask(ApiKeys.FETCH, version, request, new FetchResponseData());
    }

    private static List<PartitionData> partitions(FetchResponseData response) {
        return response.responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .toList();
    }

    private static PartitionData only(FetchResponseData response) {
        assertThat(partitions(response)).hasSize(1);
        return partitions(response).get(0);
    }

    private static List<String> values(PartitionData data) {
        List<String> values = new ArrayList<>();
        ByteBuffer bytes = ((MemoryRecords) data.records()).buffer();
        RecordCursor cursor = new RecordCursor(bytes, 0);
        while (cursor.next()) values.add(new String(cursor.value(), StandardCharsets.UTF_8));
        return values;
    }

    @Test
    void everyVersionReadsFromMemoryAndFromFiles() {
        publish(1, "a", "b", "c");
        for (boolean cached : new boolean[] {true, false}) {
            door.storage.setCached(cached);
            for (int version = 4; version <= 18; version++) {
                FetchRequestData request = fetch(LONG_MS, from(1, 1));
                PartitionData data = only(ask(version, version < 13 ? request : byId(request, topicId())));
                assertThat(values(data)).as("version %s", version).containsExactly("b", "c");
                assertThat(data.highWatermark()).isEqualTo(3);
                assertThat(data.lastStableOffset()).isEqualTo(3);
                assertThat(data.errorCode()).isZero();
                assertThat(data.abortedTransactions()).isNull();
                assertThat(data.preferredReadReplica()).isEqualTo(-1);
            }
        }
    }

    @Test
    void readersOfCommittedRecordsAreToldWhatWasAborted() {
        publish(0, "a");
        FetchRequestData request = fetch(0, from(0, 0)).setIsolationLevel((byte) 1);
        assertThat(only(ask(12, request)).abortedTransactions()).isEmpty();
    }

    @Test
    void aFetchInsideABatchReturnsTheWholeOne() {
        client.ask(
                ApiKeys.PRODUCE,
                9,
                Produces.to("t", 0, "a", "b", "c"),
                new org.apache.kafka.common.message.ProduceResponseData());
        assertThat(values(only(ask(12, fetch(0, from(0, 1)))))).containsExactly("a", "b", "c");
    }

    @Test
    void theFirstBatchComesEvenWhereItIsTooLargeAndOnlyTheFirst() {
        publish(0, "x".repeat(500), "y");
        publish(1, "z".repeat(500));
        for (boolean cached : new boolean[] {true, false}) {
            door.storage.setCached(cached);
            FetchResponseData response =
                    ask(12, fetch(0, from(0, 0), from(1, 0)).setMaxBytes(10));
            List<PartitionData> data = partitions(response).stream()
                    .filter(partition -> partition.records().sizeInBytes() > 0)
                    .toList();
            assertThat(data).hasSize(1);
            assertThat(values(data.get(0))).hasSize(1);
            List<PartitionData> small = partitions(ask(
                    12, fetch(0, from(0, 0).setPartitionMaxBytes(1), from(1, 0).setPartitionMaxBytes(1))));
            assertThat(values(small.get(0))).hasSize(1);
            assertThat(small.get(1).records().sizeInBytes()).isZero();
        }
    }

    @Test
    void noPartitionStarvesWhereOnlyOneFitsWithAndWithoutASession() {
        for (int partition = 0; partition < 3; partition++) publish(partition, "p" + partition);
        List<Integer> served = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            FetchResponseData response =
                    ask(12, fetch(0, from(0, 0), from(1, 0), from(2, 0)).setMaxBytes(1));
            partitions(response).stream()
                    .filter(partition -> partition.records().sizeInBytes() > 0)
                    .forEach(partition -> served.add(partition.partitionIndex()));
        }
        assertThat(served).hasSize(6).contains(0, 1, 2);
        served.clear();
        FetchRequestData first =
                fetch(0, from(0, 0), from(1, 0), from(2, 0)).setMaxBytes(1).setSessionEpoch(0);
        int session = ask(12, first).sessionId();
        for (int epoch = 1; epoch <= 3; epoch++) {
            FetchRequestData next =
                    fetch(0).setMaxBytes(1).setSessionId(session).setSessionEpoch(epoch);
            partitions(ask(12, next)).stream()
                    .filter(partition -> partition.records().sizeInBytes() > 0)
                    .forEach(partition -> served.add(partition.partitionIndex()));
        }
        assertThat(served).containsExactlyInAnyOrder(0, 1, 2);
    }

    @Test
    void whatIsMissingOrWrongIsSaidPerPartition() {
        publish(0, "a");
        assertThat(only(ask(12, fetch(LONG_MS, from(0, 2)))).errorCode()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
        assertThat(only(ask(12, fetch(LONG_MS, from(7, 0)))).errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(only(ask(13, byId(fetch(LONG_MS, from(0, 0)), new Uuid(7, 7))))
                        .errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
        assertThat(only(ask(13, byId(fetch(LONG_MS, from(9, 0)), topicId()))).errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(only(ask(12, fetch(LONG_MS, from(0, 0).setCurrentLeaderEpoch(9))))
                        .errorCode())
                .isEqualTo(Errors.UNKNOWN_LEADER_EPOCH.code());
        door.storage.deleteRecordsBefore(new TopicPartition("t", 0), 1);
        assertThat(only(ask(4, fetch(LONG_MS, from(0, 0)))).errorCode()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
    }

    @Test
    void anEpochOfThePastIsFencedInEveryVersionThatNamesOne() {
        publish(0, "a");
        door.storage.metadata().elect("t", 4);
        for (int version = 9; version <= 18; version++) {
            FetchRequestData request = fetch(LONG_MS, from(0, 0).setCurrentLeaderEpoch(3));
            PartitionData data = only(ask(version, version < 13 ? request : byId(request, topicId())));
            assertThat(data.errorCode()).isEqualTo(Errors.FENCED_LEADER_EPOCH.code());
            if (version >= 12) assertThat(data.currentLeader().leaderEpoch()).isEqualTo(4);
        }
    }

    @Test
    void followersAreRefusedByEachPartition() {
        publish(0, "a");
        for (int version : new int[] {4, 12}) {
            PartitionData refused = only(ask(version, fetch(0, from(0, 0)).setReplicaId(1)));
            assertThat(refused.errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
            assertThat(refused.abortedTransactions()).isNull();
        }
        FetchRequestData later = byId(fetch(0, from(0, 0)), topicId());
        later.replicaState().setReplicaId(1);
        assertThat(only(ask(15, later)).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    }

    @Test
    void waitsUntilSomethingComes() {
        client.send(ApiKeys.FETCH, 12, 1, fetch(LONG_MS, from(0, 0), from(1, 0)));
        assertThat(client.isSilent(50)).isTrue();
        publish(2, "elsewhere");
        assertThat(client.isSilent(50)).isTrue();
        publish(1, "here");
        List<PartitionData> data = partitions(client.receive(ApiKeys.FETCH, 12, 1, new FetchResponseData()));
        assertThat(values(data.get(1))).containsExactly("here");
    }

    @Test
    void waitsUntilThereIsEnough() {
        int size = only(fetchOf("x".repeat(100))).records().sizeInBytes();
        for (boolean cached : new boolean[] {true}) {
            door.storage.setCached(cached);
            client.send(
                    ApiKeys.FETCH, 12, 1, fetch(LONG_MS, from(1, 0), from(2, 0)).setMinBytes(3 * size));
            publish(1, "x".repeat(100));
            publish(2, "x".repeat(100));
            assertThat(client.isSilent(50)).isTrue();
            publish(1, "x".repeat(100));
            List<PartitionData> data = partitions(client.receive(ApiKeys.FETCH, 12, 1, new FetchResponseData()));
            assertThat(values(data.get(0))).hasSize(2);
            assertThat(values(data.get(1))).hasSize(1);
        }
    }

    private FetchResponseData fetchOf(String value) {
        publish(0, value);
        return ask(12, fetch(0, from(0, 0)));
    }

    @Test
    void whatDoesNotCountTowardsTheMinimumIsAnsweredWhenTheTimeIsOver() {
        publish(0, "a");
        FetchResponseData response = ask(12, fetch(100, from(0, 0)).setMinBytes(MUCH));
        assertThat(values(only(response))).containsExactly("a");
        assertThat(only(ask(12, fetch(30, from(0, 1)))).records().sizeInBytes()).isZero();
    }

    @Test
    void aTopicThatGoesWakesItsReaders() {
        client.send(ApiKeys.FETCH, 12, 1, fetch(LONG_MS, from(0, 0)));
        assertThat(client.isSilent(50)).isTrue();
        door.storage.metadata().propose(new Command.DeleteTopic("t"));
        // The shard closes the partition before the image shows it: a fetch that is woken in between is told to look
        // for the leader.
        assertThat(only(client.receive(ApiKeys.FETCH, 12, 1, new FetchResponseData()))
                        .errorCode())
                .isIn(Errors.UNKNOWN_TOPIC_OR_PARTITION.code(), Errors.NOT_LEADER_OR_FOLLOWER.code());
    }

    @Test
    void sessionsTellOnlyWhatIsNews() {
        publish(0, "a");
        FetchPartition[] all = {from(0, 1), from(1, 0), from(2, 0)};
        FetchResponseData first = ask(12, fetch(0, all).setSessionEpoch(0));
        assertThat(first.sessionId()).isPositive();
        assertThat(partitions(first)).as("the first answer names all").hasSize(3);
        FetchResponseData idle =
                ask(12, fetch(0).setSessionId(first.sessionId()).setSessionEpoch(1));
        assertThat(idle.sessionId()).isEqualTo(first.sessionId());
        assertThat(idle.responses()).isEmpty();
        client.send(
                ApiKeys.FETCH,
                12,
                3,
                fetch(LONG_MS).setSessionId(first.sessionId()).setSessionEpoch(2));
        publish(2, "b");
        FetchResponseData news = client.receive(ApiKeys.FETCH, 12, 3, new FetchResponseData());
        assertThat(values(only(news))).containsExactly("b");
        FetchResponseData moved =
                ask(12, fetch(0, from(2, 1)).setSessionId(first.sessionId()).setSessionEpoch(3));
        assertThat(moved.responses()).as("nothing new at the new offset").isEmpty();
        FetchResponseData error =
                ask(12, fetch(0, from(2, 9)).setSessionId(first.sessionId()).setSessionEpoch(4));
        assertThat(only(error).errorCode()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
        FetchResponseData mended =
                ask(12, fetch(0, from(2, 1)).setSessionId(first.sessionId()).setSessionEpoch(5));
        assertThat(only(mended).errorCode()).as("told again after an error").isZero();
        assertThat(ask(12, fetch(0).setSessionId(first.sessionId()).setSessionEpoch(5))
                        .errorCode())
                .isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH.code());
    }

    @Test
    void aSessionEndsWithItsConnection() {
        FetchResponseData first = ask(12, fetch(0, from(0, 0)).setSessionEpoch(0));
        FetchRequestData next = fetch(0).setSessionId(first.sessionId()).setSessionEpoch(1);
        client.close();
        client = door.connect();
        FetchResponseData other = ask(12, next);
        assertThat(other.errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
        assertThat(other.sessionId()).isZero();
    }

    @Test
    void aConnectionThatGoesLeavesNothingBehind() {
        for (int i = 0; i < 20; i++) {
            try (FrameClient other = door.connect()) {
                other.send(ApiKeys.FETCH, 12, 1, fetch(LONG_MS, from(0, 0)).setSessionEpoch(i % 2 - 1));
            }
        }
        Awaitility.await().until(() -> door.entrance.open() == 1);
        publish(0, "a");
        assertThat(values(only(ask(12, fetch(LONG_MS, from(0, 0)))))).containsExactly("a");
    }

    @Test
    void aRequestForNothingIsAnsweredAtOnce() {
        long start = System.nanoTime();
        assertThat(ask(12, fetch(LONG_MS)).responses()).isEmpty();
        assertThat(System.nanoTime() - start).isLessThan(LONG_MS * 1_000_000L / 2);
    }

    private ListOffsetsPartitionResponse offset(int version, long timestamp) {
        ListOffsetsTopic topic = new ListOffsetsTopic()
                .setName("t")
                .setPartitions(
                        List.of(new ListOffsetsPartition().setPartitionIndex(0).setTimestamp(timestamp)));
        ListOffsetsRequestData request =
                new ListOffsetsRequestData().setReplicaId(-1).setTopics(List.of(topic));
        return client.ask(ApiKeys.LIST_OFFSETS, version, request, new ListOffsetsResponseData())
                .topics()
                .get(0)
                .partitions()
                .get(0);
    }

    /** Some clients send 0 there, others the id of some node; only -2 has a meaning. */
    @Test
    void whoeverAsksForOffsetsIsAConsumer() {
        publish(0, "a", "b");
        for (int replica : new int[] {-3, -1, 0, 1, 5, Integer.MAX_VALUE}) {
            ListOffsetsTopic topic = new ListOffsetsTopic()
                    .setName("t")
                    .setPartitions(List.of(
                            new ListOffsetsPartition().setPartitionIndex(0).setTimestamp(-1)));
            ListOffsetsRequestData request =
                    new ListOffsetsRequestData().setReplicaId(replica).setTopics(List.of(topic));
            ListOffsetsPartitionResponse answer = client.ask(
                            ApiKeys.LIST_OFFSETS, 7, request, new ListOffsetsResponseData())
                    .topics()
                    .get(0)
                    .partitions()
                    .get(0);
            assertThat(answer.errorCode()).as("replica %s", replica).isZero();
            assertThat(answer.offset()).as("replica %s", replica).isEqualTo(2);
        }
    }

    @Test
    void offsetsAreFoundInEveryVersion() {
        TopicPartition t0 = new TopicPartition("t", 0);
        for (long timestampMs : new long[] {10, 30, 20}) door.storage.publish(t0, timestampMs, "k", new byte[1]);
        door.storage.deleteRecordsBefore(t0, 1);
        for (int version = 1; version <= 11; version++) {
            assertThat(offset(version, -1).offset()).isEqualTo(3);
            assertThat(offset(version, -2).offset()).isEqualTo(1);
            assertThat(offset(version, -2).leaderEpoch()).as("of the earliest").isEqualTo(version < 4 ? -1 : 0);
            ListOffsetsPartitionResponse timed = offset(version, 15);
            assertThat(timed.offset()).isEqualTo(1);
            assertThat(timed.timestamp()).isEqualTo(30);
            assertThat(timed.leaderEpoch()).isEqualTo(version < 4 ? -1 : 0);
            assertThat(offset(version, 31).offset()).isEqualTo(-1);
            long[] newest = {7, -3, 1};
            long[] earliestLocal = {8, -4, 1};
            long[] latestTiered = {9, -5, -1};
            long[] earliestPending = {11, -6, -1};
            for (long[] special : List.of(newest, earliestLocal, latestTiered, earliestPending)) {
                ListOffsetsPartitionResponse answer = offset(version, special[1]);
                boolean known = version >= special[0];
                assertThat(answer.errorCode())
                        .as("version %s, timestamp %s", version, special[1])
                        .isEqualTo(known ? 0 : Errors.UNSUPPORTED_VERSION.code());
                if (known) assertThat(answer.offset()).isEqualTo(special[2]);
            }
            assertThat(offset(version, -7).errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
            assertThat(offset(version, Long.MIN_VALUE).errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
        }
    }

    @Test
    void epochsEndSomewhere() {
        publish(0, "a", "b");
        IntStream.rangeClosed(2, 4).forEach(version -> {
            OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData();
            request.topics()
                    .add(new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic()
                            .setTopic("t")
                            .setPartitions(List.of(
                                    new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition()
                                            .setPartition(0)
                                            .setLeaderEpoch(0),
                                    new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition()
                                            .setPartition(9)
                                            .setLeaderEpoch(0))));
            var ends = client.ask(
                            ApiKeys.OFFSET_FOR_LEADER_EPOCH, version, request, new OffsetForLeaderEpochResponseData())
                    .topics()
                    .find("t")
                    .partitions();
            assertThat(ends.get(0).endOffset()).isEqualTo(2);
            assertThat(ends.get(1).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        });
    }
}

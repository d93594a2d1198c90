package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.FakeProducerIds;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.kafka.api.ClusterView;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProduceApiTest {
    private static final int VERSION = 12;

    private final TestKafkaDoor door = new TestKafkaDoor();
    private final FrameClient client = door.connect();

    @BeforeEach
    void topics() {
        door.storage.createTopic("t", 2, Map.of("max.message.bytes", "2000"));
        door.storage.createTopic("compact", 1, Map.of("cleanup.policy", "compact"));
        door.storage.createTopic(TopicName.CONSUMER_OFFSETS, 1, Map.of());
    }

    @AfterEach
    void close() {
        client.close();
        door.close();
    }

    private PartitionProduceResponse produce(int version, ProduceRequestData request) {
        return Produces.only(client.ask(ApiKeys.PRODUCE, version, request, new ProduceResponseData()));
    }

    private PartitionProduceResponse produce(String topic, int partition, ByteBuffer batch) {
        return produce(VERSION, Produces.to(new TopicProduceData().setName(topic), partition, batch));
    }

    private static void assertError(PartitionProduceResponse answer, Errors error, String why) {
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(error);
        assertThat(answer.baseOffset()).isEqualTo(-1);
        assertThat(answer.errorMessage()).contains(why);
    }

    @Test
    void everyVersionIsServed() {
        for (int version = 3; version <= 13; version++) {
            TopicProduceData topic = new TopicProduceData();
            if (version < 13) topic.setName("t");
            else
                topic.setTopicId(ClusterView.id(
                        door.storage.metadata().image().topics().get("t").id()));
            for (short acks : new short[] {1, -1}) {
                ProduceRequestData request = Produces.to(topic.duplicate(), 1, Produces.batch("k", "a", "b"))
                        .setAcks(acks);
                PartitionProduceResponse answer = produce(version, request);
                assertThat(answer.errorCode()).isZero();
                assertThat(answer.index()).isEqualTo(1);
                assertThat(answer.baseOffset()).isEqualTo(4L * (version - 3) + (acks < 0 ? 2 : 0));
                assertThat(answer.logAppendTimeMs()).isEqualTo(-1);
                assertThat(answer.logStartOffset()).isEqualTo(version < 5 ? -1 : 0);
            }
        }
    }

    /**
     * Other tasks run between batches that take long to check, but no later batch of the same producer overtakes them.
     */
    @Test
    void whatIsMuchWorkIsNotOvertaken() {
        door.storage.createTopic("packed", 2, Map.of());
        ByteBuffer heavy = MemoryRecords.withRecords(
                        Compression.zstd().build(),
                        new SimpleRecord(System.currentTimeMillis(), null, new byte[9 << 20]))
                .buffer();
        TopicProduceData topic = new TopicProduceData().setName("packed");
        for (int partition : new int[] {0, 0, 0, 1}) topic.partitionData().add(part(partition, heavy.duplicate()));
        ProduceRequestData first = new ProduceRequestData().setAcks((short) -1);
        first.topicData().add(topic);
        client.send(ApiKeys.PRODUCE, VERSION, 1, first);
        client.send(ApiKeys.PRODUCE, VERSION, 2, Produces.to("packed", 1, "small"));
        ProduceResponseData answer = client.receive(ApiKeys.PRODUCE, VERSION, 1, new ProduceResponseData());
        assertThat(answer.responses().iterator().next().partitionResponses())
                .hasSize(4)
                .extracting(PartitionProduceResponse::baseOffset)
                .containsExactly(0L, 1L, 2L, 0L);
        ProduceResponseData later = client.receive(ApiKeys.PRODUCE, VERSION, 2, new ProduceResponseData());
        assertThat(Produces.only(later).baseOffset()).isEqualTo(1);
    }

    /** Clients of those versions could not read the batch back (KIP-110). */
    @Test
    void zstdNeedsAVersionThatKnowsIt() {
        ByteBuffer packed = MemoryRecords.withRecords(
                        Compression.zstd().build(), new SimpleRecord(System.currentTimeMillis(), null, new byte[9]))
                .buffer();
        TopicProduceData topic = new TopicProduceData().setName("t");
        int refused = produce(6, Produces.to(topic.duplicate(), 0, packed.duplicate()))
                .errorCode();
        assertThat(Errors.forCode((short) refused)).isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE);
        assertThat(produce(7, Produces.to(topic, 0, packed)).baseOffset()).isZero();
    }

    @Test
    void whatOneTurnHasForAShardGoesThereTogether() {
        TopicProduceData topic = new TopicProduceData().setName("t");
        for (String value : new String[] {"a", "b", "c"})
            topic.partitionData().add(part(1, Produces.batch(null, value)));
        ProduceRequestData request = new ProduceRequestData().setAcks((short) -1);
        request.topicData().add(topic);
        ProduceResponseData answer = client.ask(ApiKeys.PRODUCE, VERSION, request, new ProduceResponseData());
        assertThat(answer.responses().iterator().next().partitionResponses())
                .extracting(PartitionProduceResponse::baseOffset)
                .containsExactly(0L, 1L, 2L);
        assertThat(door.storage.gathered()).containsExactly(3);
        produce("t", 1, Produces.batch(null, "d"));
        assertThat(door.storage.gathered())
                .as("a later turn is another message")
                .containsExactly(3, 1);
    }

    @Test
    void eachPartitionHasItsOwnAnswer() {
        ProduceRequestData request = Produces.to("t", 0, "a");
        request.topicData().find("t", Uuid.ZERO_UUID).partitionData().add(part(1, Produces.batch(null, "b", "c")));
        request.topicData().find("t", Uuid.ZERO_UUID).partitionData().add(part(7, Produces.batch(null, "d")));
        request.topicData()
                .addAll(Produces.to("gone", 0, "e").topicData().valuesList().stream()
                        .map(TopicProduceData::duplicate)
                        .toList());
        ProduceResponseData response = client.ask(ApiKeys.PRODUCE, VERSION, request, new ProduceResponseData());
        assertThat(response.responses().find("t", Uuid.ZERO_UUID).partitionResponses())
                .extracting(PartitionProduceResponse::index, PartitionProduceResponse::errorCode)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(0, (short) 0),
                        org.assertj.core.groups.Tuple.tuple(1, (short) 0),
                        org.assertj.core.groups.Tuple.tuple(7, Errors.UNKNOWN_TOPIC_OR_PARTITION.code()));
        assertThat(response.responses().find("gone", Uuid.ZERO_UUID).partitionResponses())
                .extracting(PartitionProduceResponse::errorCode)
                .containsExactly(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(door.storage.status(new TopicPartition("t", 1)).highWatermark())
                .isEqualTo(2);
    }

    private static PartitionProduceData part(int index, ByteBuffer batch) {
        return new PartitionProduceData().setIndex(index).setRecords(MemoryRecords.readableRecords(batch));
    }

    /** Batches are slices of the request's frame, whatever surrounds them. */
    @Test
    void batchesAreTakenOutOfTheFrameAsTheyAre() {
        ProduceRequestData request = Produces.to("t", 0, "small");
        request.topicData()
                .find("t", Uuid.ZERO_UUID)
                .partitionData()
                .add(part(1, Produces.batch(null, "x".repeat(1500))));
        client.ask(ApiKeys.PRODUCE, VERSION, request, new ProduceResponseData());
        assertThat(stored(0)).isEqualTo(68 + 5);
        assertThat(stored(1)).isGreaterThan(1500);
    }

    private int stored(int partition) {
        ByteBuffer batches = door.storage
                .readCached(new TopicPartition("t", partition), 0, 1 << 20, io.letterbox.bus.Isolation.UNCOMMITTED)
                .batches();
        RecordBatch batch = RecordBatch.of(batches);
        assertThat(batch.isValid()).isTrue();
        return batch.sizeInBytes();
    }

    @Test
    void topicsAreNotMadeByProducing() {
        assertError(
                produce(VERSION, Produces.to("unknown", 0, "a")), Errors.UNKNOWN_TOPIC_OR_PARTITION, "no such topic");
        TopicProduceData byId = new TopicProduceData().setTopicId(Uuid.randomUuid());
        assertError(produce(13, Produces.to(byId, 0, Produces.batch(null, "a"))), Errors.UNKNOWN_TOPIC_ID, "this id");
    }

    @Test
    void theServersOwnTopicsAreNotWrittenTo() {
        assertError(
                produce(VERSION, Produces.to(TopicName.CONSUMER_OFFSETS, 0, "a")),
                Errors.INVALID_TOPIC_EXCEPTION,
                "the server's own");
    }

    @Test
    void badBatchesAreRefused() {
        assertError(produce("t", 0, null), Errors.INVALID_RECORD, "no record batch");
        ByteBuffer damaged = Produces.batch(null, "a");
        damaged.put(damaged.limit() - 2, (byte) 'b');
        assertError(produce("t", 0, damaged), Errors.CORRUPT_MESSAGE, "checksum");
        assertError(
                produce("t", 0, Produces.batch(null, "x".repeat(2_000))),
                Errors.MESSAGE_TOO_LARGE,
                "max.message.bytes");
        PartitionProduceResponse keyless = produce("compact", 0, Produces.batch(null, "a", "b"));
        assertError(keyless, Errors.INVALID_RECORD, "no key");
        assertThat(keyless.recordErrors()).hasSize(2);
        assertThat(keyless.recordErrors().get(1).batchIndex()).isEqualTo(1);
        assertThat(door.storage.appends()).isZero();
    }

    @Test
    void acksIsOneOfThree() {
        assertError(
                produce(VERSION, Produces.to("t", 0, "a").setAcks((short) 2)), Errors.INVALID_REQUIRED_ACKS, "acks");
    }

    @Test
    void whatTheStorageRefusesIsSaid() {
        door.storage.refuseWith(new ApiException(ErrorCode.DISK_FULL, "The disk is full."));
        assertError(produce(VERSION, Produces.to("t", 0, "a")), Errors.KAFKA_STORAGE_ERROR, "The disk is full.");
    }

    @Test
    void idempotentProducersGetIdsOfTheirOwn() {
        for (int version = 0; version <= 5; version++) {
            InitProducerIdResponseData answer = client.ask(
                    ApiKeys.INIT_PRODUCER_ID,
                    version,
                    new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(1),
                    new InitProducerIdResponseData());
            assertThat(answer.errorCode()).isZero();
            assertThat(answer.producerId()).isEqualTo(FakeProducerIds.FIRST + version);
            assertThat(answer.producerEpoch()).isZero();
        }
        InitProducerIdResponseData empty = client.ask(
                ApiKeys.INIT_PRODUCER_ID,
                5,
                new InitProducerIdRequestData().setTransactionalId("").setTransactionTimeoutMs(1),
                new InitProducerIdResponseData());
        assertThat(empty.errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        InitProducerIdResponseData nobody = client.ask(
                ApiKeys.INIT_PRODUCER_ID,
                5,
                new InitProducerIdRequestData().setTransactionalId("tx").setTransactionTimeoutMs(1),
                new InitProducerIdResponseData());
        assertThat(nobody.errorCode()).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE.code());
    }
}

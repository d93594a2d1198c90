package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.letterbox.it.Flood;
import io.letterbox.it.ServerProcess;
import io.letterbox.it.TestClient;
import io.letterbox.kafka.FrameClient;
import io.letterbox.kafka.Produces;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka clients that behave badly, with a server whose memory is too small for what they send, or do not read.
 * Well-behaved clients are served meanwhile, and afterwards nothing is held for the others.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RudeKafkaClientsIT {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final int CONNECTIONS = 100;
    private static final int BUDGET_BYTES = 16 << 20;

    private ServerProcess server;
    private TestClient client;
    private Admin admin;

    @BeforeAll
    void start(@TempDir Path directory) {
        server = ServerProcess.in(directory)
                .littleMemory()
                .set("limits.ingressBytes", BUDGET_BYTES)
                .start();
        client = new TestClient(server.base());
        admin = Clients.admin(server.bootstrap());
    }

    @AfterAll
    void stop() {
        if (admin != null) admin.close();
        if (server != null) server.close();
    }

    @AfterEach
    void othersAreServedAndNothingIsHeld() {
        assertThat(server.isAlive()).as(server.output()).isTrue();
        assertThat(server.output()).doesNotContain("OutOfMemory", "OutOfDirectMemory");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(client.metric("letterbox_limit_used{name=\"limits.ingressBytes\"}"))
                        .isZero());
    }

    /** Publishes a record with a new client, and lists the topics. */
    private void serves(String topic) throws Exception {
        try (KafkaProducer<String, String> producer = Clients.producer(server.bootstrap())) {
            producer.send(new ProducerRecord<>(topic, 0, null, "others are served"))
                    .get();
        }
        assertThat(admin.listTopics().names().get()).contains(topic);
    }

    private static byte[] produce(String topic, MemoryRecords records) {
        ProduceRequestData request = Produces.to(new TopicProduceData().setName(topic), 0, records.buffer());
        return FrameClient.frame(ApiKeys.PRODUCE, 9, 1, request);
    }

    private static SimpleRecord[] records(int count, int valueBytes) {
        byte[] value = new byte[valueBytes];
        return IntStream.range(0, count)
                .mapToObj(i -> new SimpleRecord(System.currentTimeMillis(), null, value))
                .toArray(SimpleRecord[]::new);
    }

    @Test
    void fetchesThatNobodyReads() throws Exception {
        client.create("unread", 1, Map.of());
        byte[] batch = produce("unread", MemoryRecords.withRecords(Compression.NONE, records(9, 100_000)));
        try (Flood filling = new Flood(server.kafkaPort(), 1)) {
            filling.send(batch, 8);
            await().atMost(LIMIT)
                    .until(() -> client.describe("unread")
                                    .at("/partitions/0/highWatermark")
                                    .asLong()
                            == 72);
        }
        FetchRequestData fetch = new FetchRequestData()
                .setReplicaId(-1)
                .setMaxWaitMs(500)
                .setMinBytes(1)
                .setMaxBytes(8 << 20)
                .setSessionEpoch(-1)
                .setTopics(List.of(new FetchTopic()
                        .setTopic("unread")
                        .setPartitions(List.of(new FetchPartition()
                                .setPartition(0)
                                .setFetchOffset(0)
                                .setPartitionMaxBytes(8 << 20)))));
        try (Flood flood = new Flood(server.kafkaPort(), CONNECTIONS)) {
            flood.send(FrameClient.frame(ApiKeys.FETCH, 12, 1, fetch), 20_000);
            serves("unread");
        }
    }

    @Test
    void smallRequestsWithLargeAnswersThatNobodyReads() throws Exception {
        for (int i = 0; i < 10; i++) client.create("wide-" + i, 100, Map.of());
        MetadataRequestData all = new MetadataRequestData().setTopics(null);
        try (Flood flood = new Flood(server.kafkaPort(), CONNECTIONS)) {
            flood.send(FrameClient.frame(ApiKeys.METADATA, 12, 1, all), 50_000);
            serves("wide-0");
        }
    }

    @Test
    void requestsThatNeverEnd() throws Exception {
        client.create("endless", 1, Map.of());
        byte[] whole = produce("endless", MemoryRecords.withRecords(Compression.NONE, records(9, 100_000)));
        byte[] beginning = Arrays.copyOf(whole, 2_000);
        // They use up the budget, and publishers wait until their connections are closed.
        try (Flood waiting = new Flood(server.kafkaPort(), CONNECTIONS)) {
            waiting.begin(beginning);
            assertThat(admin.listTopics().names().get()).contains("endless");
            assertThat(client.metric("letterbox_limit_used{name=\"limits.ingressBytes\"}"))
                    .isBetween(1.0, (double) BUDGET_BYTES);
        }
        serves("endless");
    }

    /** Each decompresses to 30 MB, all requests in flight to 60 GB. */
    @Test
    void batchesThatBecomeLarge() throws Exception {
        client.create("bombs", 1, Map.of());
        MemoryRecords bomb = MemoryRecords.withRecords(Compression.zstd().build(), records(30_000, 1_000));
        byte[] request = produce("bombs", bomb);
        assertThat(request.length).isLessThan(200_000);
        try (Flood flood = new Flood(server.kafkaPort(), CONNECTIONS)) {
            flood.send(request, 20);
            serves("bombs");
        }
    }
}

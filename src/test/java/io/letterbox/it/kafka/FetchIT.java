package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka's consumer and admin client read records, look up offsets and delete records, from memory, from files, and from
 * both.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FetchIT {
    /** Recent enough for retention to keep it. */
    private static final long FIRST_MS = System.currentTimeMillis() - 3_600_000;

    private KafkaTarget target;
    private Admin admin;

    @BeforeAll
    void start(@TempDir Path directory) {
        target = KafkaTarget.start(directory);
        admin = Clients.admin(target.bootstrap());
    }

    @AfterAll
    void stop() {
        admin.close();
        target.close();
    }

    /** Record i has the value "i:" and some padding, and the timestamp {@link #FIRST_MS} + 10 i. */
    private void fill(String topic, int records, int maxPadding, Object... settings) {
        Random random = new Random(5);
        AtomicReference<Exception> failure = new AtomicReference<>();
        try (KafkaProducer<String, String> producer = Clients.producer(target.bootstrap(), settings)) {
            for (int i = 0; i < records; i++) {
                String value = i + ":" + "x".repeat(random.nextInt(maxPadding));
                producer.send(new ProducerRecord<>(topic, 0, FIRST_MS + 10L * i, "k", value), (sent, wrong) -> {
                    if (wrong != null) failure.compareAndSet(null, wrong);
                });
            }
        }
        assertThat(failure.get()).as("%s", target.output()).isNull();
    }

    private static void assertSequence(List<ConsumerRecord<String, String>> records, int from, int count) {
        assertThat(records).hasSize(count);
        for (int i = 0; i < count; i++) {
            ConsumerRecord<String, String> record = records.get(i);
            assertThat(record.offset()).isEqualTo(from + i);
            assertThat(record.value()).startsWith(from + i + ":");
        }
    }

    @Test
    void readsWholeSegmentsAndTheTailWhateverTheClientsLimits() {
        Clients.create(admin, "limits", 1, Map.of("segment.bytes", "1048576"));
        fill("limits", 20_000, 500);
        for (int[] limits : new int[][] {{1, 1}, {100_000, 30_000}, {52_428_800, 1_048_576}}) {
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            try (KafkaConsumer<String, String> consumer = Clients.consumer(
                    target.bootstrap(), "fetch.max.bytes", limits[0], "max.partition.fetch.bytes", limits[1])) {
                TopicPartition partition = new TopicPartition("limits", 0);
                consumer.assign(List.of(partition));
                consumer.seek(partition, 3);
                Clients.poll(consumer, records, () -> records.size() >= 19_997);
            }
            assertSequence(records, 3, 19_997);
        }
    }

    @Test
    void aRecordAboveTheClientsLimitsComesAllTheSame() {
        Clients.create(admin, "huge", 2, Map.of("max.message.bytes", "900000"));
        String huge = "h".repeat(800_000);
        try (KafkaProducer<String, String> producer = Clients.producer(target.bootstrap())) {
            for (int i = 0; i < 6; i++) producer.send(new ProducerRecord<>("huge", i % 2, "k", i + huge));
        }
        List<ConsumerRecord<String, String>> records =
                Clients.read(target.bootstrap(), "huge", "fetch.max.bytes", 1_000, "max.partition.fetch.bytes", 1_000);
        assertThat(records)
                .extracting(record -> record.value().charAt(0))
                .containsExactlyInAnyOrder('0', '1', '2', '3', '4', '5');
    }

    @Test
    void readsEveryCodecAsItWasWritten() {
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            String topic = "codec-" + codec;
            Clients.create(admin, topic, 1, Map.of());
            fill(topic, 3_000, 200, "compression.type", codec, "linger.ms", 5);
            assertSequence(Clients.read(target.bootstrap(), topic), 0, 3_000);
        }
    }

    @Test
    void theTailIsReadWhileItIsWritten() {
        Clients.create(admin, "tail", 1, Map.of("segment.bytes", "1048576"));
        int count = 30_000;
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = Clients.consumer(target.bootstrap())) {
            consumer.assign(List.of(new TopicPartition("tail", 0)));
            CompletableFuture<Void> filling = CompletableFuture.runAsync(() -> fill("tail", count, 300));
            Clients.poll(consumer, records, () -> records.size() >= count);
            filling.join();
        }
        assertSequence(records, 0, count);
    }

    @Test
    void manyPartitionsAreAllServedThoughOnlyFewFitIntoAResponse() {
        int partitions = 40;
        Clients.create(admin, "many", partitions, Map.of());
        try (KafkaProducer<String, String> producer = Clients.producer(target.bootstrap())) {
            for (int i = 0; i < 4_000; i++) {
                producer.send(new ProducerRecord<>("many", i % partitions, null, i + ":" + "x".repeat(300)));
            }
        }
        List<ConsumerRecord<String, String>> records =
                Clients.read(target.bootstrap(), "many", "fetch.max.bytes", 2_000, "max.partition.fetch.bytes", 1_000);
        Map<Integer, Long> next = new HashMap<>();
        Set<Integer> seen = new TreeSet<>();
        for (ConsumerRecord<String, String> record : records) {
            assertThat(record.offset()).isEqualTo(next.getOrDefault(record.partition(), 0L));
            next.put(record.partition(), record.offset() + 1);
            seen.add(Integer.parseInt(record.value().substring(0, record.value().indexOf(':'))));
        }
        assertThat(seen).hasSize(4_000);
    }

    @Test
    void offsetsAreFoundByTheirTime() {
        Clients.create(admin, "times", 1, Map.of());
        fill("times", 5_000, 300, "compression.type", "lz4");
        TopicPartition partition = new TopicPartition("times", 0);
        try (KafkaConsumer<String, String> consumer = Clients.consumer(target.bootstrap())) {
            for (int i : new int[] {0, 1, 17, 1_234, 4_999}) {
                for (int early = 0; early < 10; early += 3) {
                    Map<TopicPartition, OffsetAndTimestamp> found =
                            consumer.offsetsForTimes(Map.of(partition, FIRST_MS + 10L * i - early));
                    assertThat(found.get(partition).offset()).isEqualTo(i);
                    assertThat(found.get(partition).timestamp()).isEqualTo(FIRST_MS + 10L * i);
                }
            }
            assertThat(consumer.offsetsForTimes(Map.of(partition, FIRST_MS + 1_000_000L))
                            .get(partition))
                    .isNull();
            assertThat(consumer.beginningOffsets(List.of(partition))).containsEntry(partition, 0L);
            assertThat(consumer.endOffsets(List.of(partition))).containsEntry(partition, 5_000L);
        }
        fill("times", 1, 10);
        ListOffsetsResultInfo newest = Clients.get(
                admin.listOffsets(Map.of(partition, OffsetSpec.maxTimestamp())).partitionResult(partition));
        assertThat(newest.offset()).isEqualTo(4_999);
        assertThat(newest.timestamp()).isEqualTo(FIRST_MS + 49_990);
    }

    @Test
    void recordsAreDeletedUpToAnOffset() {
        Clients.create(admin, "deleted", 1, Map.of("segment.bytes", "1048576"));
        fill("deleted", 10_000, 500);
        TopicPartition partition = new TopicPartition("deleted", 0);
        assertThat(delete(partition, 4_321)).isEqualTo(4_321);
        assertThat(delete(partition, 17)).as("there already").isEqualTo(4_321);
        assertThatThrownBy(() -> delete(partition, 10_001))
                .isInstanceOf(org.apache.kafka.common.errors.OffsetOutOfRangeException.class);
        try (KafkaConsumer<String, String> consumer =
                Clients.consumer(target.bootstrap(), "auto.offset.reset", "none")) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, 4_320);
            assertThatThrownBy(() -> Clients.poll(consumer, new ArrayList<>(), () -> false))
                    .isInstanceOf(OffsetOutOfRangeException.class);
        }
        assertSequence(Clients.read(target.bootstrap(), "deleted"), 4_321, 10_000 - 4_321);
        assertThat(delete(partition, -1)).isEqualTo(10_000);
        assertThat(Clients.read(target.bootstrap(), "deleted")).isEmpty();
        Clients.create(admin, "kept", 1, Map.of("cleanup.policy", "compact"));
        assertThatThrownBy(() -> delete(new TopicPartition("kept", 0), 0)).isInstanceOf(PolicyViolationException.class);
    }

    private long delete(TopicPartition partition, long beforeOffset) {
        return Clients.get(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(beforeOffset)))
                        .lowWatermarks()
                        .get(partition))
                .lowWatermark();
    }

    @Test
    void logDirectoriesSayHowLargeTheLogsAre() {
        Clients.create(admin, "sized", 1, Map.of());
        fill("sized", 100, 500);
        int node =
                Clients.get(admin.describeCluster().nodes()).iterator().next().id();
        Map<String, LogDirDescription> directories = Clients.get(
                        admin.describeLogDirs(List.of(node)).allDescriptions())
                .get(node);
        assertThat(directories).hasSize(1);
        LogDirDescription only = directories.values().iterator().next();
        assertThat(only.replicaInfos().get(new TopicPartition("sized", 0)).size())
                .isGreaterThan(10_000);
        assertThat(only.totalBytes().getAsLong())
                .isGreaterThan(only.usableBytes().getAsLong() / 2);
    }

    @Test
    void aConsumerWaitsForItsMinimum() {
        Clients.create(admin, "minimum", 1, Map.of());
        fill("minimum", 10, 10);
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = Clients.consumer(
                target.bootstrap(), "fetch.min.bytes", 1_000_000, "fetch.max.wait.ms", 500, "client.rack", "a")) {
            consumer.assign(List.of(new TopicPartition("minimum", 0)));
            Clients.poll(consumer, records, () -> records.size() >= 10);
        }
        assertSequence(records, 0, 10);
        assertThat(Arrays.asList(records.get(0).key(), records.get(9).key())).containsOnly("k");
    }

    @Test
    void abortedTransactionsAreHiddenWhereverTheyAreReadFrom() {
        Clients.create(admin, "moves", 1, Map.of("segment.bytes", "1048576"));
        List<String> committed = new ArrayList<>();
        try (KafkaProducer<String, String> producer =
                Clients.producer(target.bootstrap(), "transactional.id", "mover", "batch.size", 4_000)) {
            producer.initTransactions();
            for (int transaction = 0; transaction < 60; transaction++) {
                producer.beginTransaction();
                boolean commits = transaction % 3 != 1;
                for (int i = 0; i < 100; i++) {
                    String value = transaction + "." + i + "x".repeat(400);
                    producer.send(new ProducerRecord<>("moves", 0, "k", value));
                    if (commits) committed.add(value);
                }
                if (commits) producer.commitTransaction();
                else {
                    producer.flush();
                    producer.abortTransaction();
                }
            }
            for (int bytes : new int[] {5_000, 1_048_576}) {
                List<ConsumerRecord<String, String>> read = Clients.read(
                        target.bootstrap(),
                        "moves",
                        "isolation.level",
                        "read_committed",
                        "max.partition.fetch.bytes",
                        bytes);
                assertThat(read).extracting(ConsumerRecord::value).containsExactlyElementsOf(committed);
            }
            assertThat(Clients.read(target.bootstrap(), "moves")).hasSize(6_000);
            // Records of an open transaction are visible to uncommitted readers only.
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("moves", 0, "k", "undecided"));
            producer.flush();
            assertThat(Clients.read(target.bootstrap(), "moves", "isolation.level", "read_committed"))
                    .hasSameSizeAs(committed);
            assertThat(Clients.read(target.bootstrap(), "moves")).hasSize(6_001);
            producer.abortTransaction();
        }
    }
}

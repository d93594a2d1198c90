package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.it.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactions with Apache Kafka's own clients, the newer protocol (KIP-890 part 2) first. */
class KafkaTransactionsIT {
    private static final Object[] COMMITTED = {"isolation.level", "read_committed"};
    private static final Object[] ALL = {"isolation.level", "read_uncommitted"};

    @TempDir
    private static Path directory;

    private static ServerProcess server;
    private static Admin admin;

    @BeforeAll
    static void start() {
        server = ServerProcess.in(directory)
                .set("groups.initialRebalanceDelayMs", 0)
                .set("storage.shards", 2)
                .start();
        admin = Clients.admin(server.bootstrap());
    }

    @AfterAll
    static void stop() {
        if (admin != null) admin.close();
        if (server != null) server.close();
    }

    private static KafkaProducer<String, String> producer(String id, Object... more) {
        List<Object> settings = new ArrayList<>(List.of("transactional.id", id, "delivery.timeout.ms", 60_000));
        settings.addAll(List.of(more));
        return Clients.producer(server.bootstrap(), settings.toArray());
    }

    private static List<String> values(String topic, Object... settings) {
        return Clients.read(server.bootstrap(), topic, settings).stream()
                .map(ConsumerRecord::value)
                .toList();
    }

    private static void topic(String name, int partitions) {
        Clients.create(admin, name, partitions, Map.of());
    }

    private static void send(KafkaProducer<String, String> producer, String topic, String... values) {
        for (String value : values) producer.send(new ProducerRecord<>(topic, value));
    }

    @Test
    void whatIsCommittedIsReadAndWhatIsAbortedIsNot() {
        topic("mixed", 3);
        try (KafkaProducer<String, String> producer = producer("mixed-1")) {
            producer.initTransactions();
            List<String> expected = new ArrayList<>();
            for (int round = 0; round < 20; round++) {
                producer.beginTransaction();
                for (int i = 0; i < 10; i++) {
                    String value = round + "-" + i;
                    producer.send(new ProducerRecord<>("mixed", i % 3, null, value));
                    if (round % 3 != 1) expected.add(value);
                }
                producer.flush();
                if (round % 3 == 1) producer.abortTransaction();
                else producer.commitTransaction();
            }
            assertThat(values("mixed", COMMITTED)).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(values("mixed", ALL)).hasSize(200);
            // The client uses the protocol in which the epoch increases with every transaction.
            assertThat(description("mixed-1").producerEpoch()).isEqualTo(20);
        }
    }

    @Test
    void manyBatchesUnderWayKeepTheirOrder() {
        topic("ordered", 1);
        List<String> expected =
                IntStream.range(0, 3000).mapToObj(String::valueOf).toList();
        try (KafkaProducer<String, String> producer = producer("ordered-1", "batch.size", 256, "linger.ms", 0)) {
            producer.initTransactions();
            for (int round = 0; round < 3; round++) {
                producer.beginTransaction();
                for (String value : expected.subList(round * 1000, round * 1000 + 1000)) {
                    producer.send(new ProducerRecord<>("ordered", value));
                }
                producer.commitTransaction();
            }
        }
        assertThat(values("ordered", COMMITTED)).containsExactlyElementsOf(expected);
        assertThat(values("ordered", ALL)).hasSize(3000);
    }

    @Test
    void anOpenTransactionHoldsReadersOfCommittedRecordsBack() {
        topic("stable", 1);
        TopicPartition partition = new TopicPartition("stable", 0);
        try (KafkaProducer<String, String> slow = producer("slow");
                KafkaProducer<String, String> quick = Clients.producer(server.bootstrap());
                KafkaConsumer<String, String> consumer = Clients.consumer(server.bootstrap(), COMMITTED)) {
            slow.initTransactions();
            send(quick, "stable", "before");
            quick.flush();
            slow.beginTransaction();
            send(slow, "stable", "inside");
            slow.flush();
            send(quick, "stable", "behind");
            quick.flush();
            consumer.assign(List.of(partition));
            assertThat(consumer.endOffsets(List.of(partition))).containsEntry(partition, 1L);
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            Clients.poll(consumer, records, () -> records.size() == 1);
            assertThat(consumer.poll(Duration.ofMillis(500))).isEmpty();
            assertThat(values("stable", ALL)).containsExactly("before", "inside", "behind");
            slow.commitTransaction();
            Clients.poll(consumer, records, () -> records.size() == 3);
            assertThat(records).extracting(ConsumerRecord::value).containsExactly("before", "inside", "behind");
        }
    }

    @Test
    void aSecondProducerWithTheSameIdShutsTheFirstOneOut() {
        topic("fenced", 1);
        try (KafkaProducer<String, String> zombie = producer("one-id");
                KafkaProducer<String, String> heir = producer("one-id")) {
            zombie.initTransactions();
            zombie.beginTransaction();
            send(zombie, "fenced", "of the zombie");
            zombie.flush();
            heir.initTransactions();
            heir.beginTransaction();
            send(heir, "fenced", "of the heir");
            heir.commitTransaction();
            send(zombie, "fenced", "late");
            assertThatThrownBy(zombie::commitTransaction).isInstanceOf(KafkaException.class);
            assertThatThrownBy(zombie::beginTransaction)
                    .isInstanceOfAny(ProducerFencedException.class, KafkaException.class);
        }
        assertThat(values("fenced", COMMITTED)).containsExactly("of the heir");
        assertThat(values("fenced", ALL)).containsExactlyInAnyOrder("of the zombie", "of the heir");
    }

    @Test
    void aTransactionThatTakesTooLongIsAborted() {
        topic("late", 1);
        try (KafkaProducer<String, String> producer = producer("dawdler", "transaction.timeout.ms", 1500)) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, "late", "too late");
            producer.flush();
            Awaitility.await().atMost(Clients.LIMIT).until(() -> state("dawdler") == TransactionState.COMPLETE_ABORT);
            assertThatThrownBy(producer::commitTransaction)
                    .isInstanceOfAny(ProducerFencedException.class, InvalidProducerEpochException.class);
        }
        try (KafkaProducer<String, String> again = producer("dawdler")) {
            again.initTransactions();
            again.beginTransaction();
            send(again, "late", "in time");
            again.commitTransaction();
        }
        assertThat(values("late", COMMITTED)).containsExactly("in time");
    }

    private static TransactionState state(String id) {
        return description(id).state();
    }

    private static TransactionDescription description(String id) {
        return Clients.get(admin.describeTransactions(Set.of(id)).description(id));
    }

    /** Consume, process, produce: offsets are committed with the results, or neither is. */
    @Test
    void offsetsArePartOfTheTransaction() {
        topic("source", 2);
        topic("sink", 2);
        int count = 100;
        try (KafkaProducer<String, String> input = Clients.producer(server.bootstrap())) {
            for (int i = 0; i < count; i++) input.send(new ProducerRecord<>("source", "key" + i, "" + i));
        }
        try (KafkaProducer<String, String> producer = producer("processor")) {
            producer.initTransactions();
            int round = 0;
            while (moved("processors") < count) {
                // Every second attempt fails half-way, together with its consumer.
                try (KafkaConsumer<String, String> consumer = Clients.consumer(
                        server.bootstrap(),
                        "group.id",
                        "processors",
                        "isolation.level",
                        "read_committed",
                        "max.poll.records",
                        15)) {
                    consumer.subscribe(List.of("source"));
                    process(consumer, producer, round++ % 2 == 1);
                }
            }
        }
        List<String> expected =
                IntStream.range(0, count).mapToObj(i -> "processed " + i).toList();
        assertThat(values("sink", COMMITTED)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(values("sink", ALL)).hasSizeGreaterThan(count);
    }

    private static long moved(String group) {
        return Clients.get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata()).values().stream()
                .mapToLong(OffsetAndMetadata::offset)
                .sum();
    }

    private static void process(
            KafkaConsumer<String, String> consumer, KafkaProducer<String, String> producer, boolean fail) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        Clients.poll(consumer, records, () -> !records.isEmpty());
        producer.beginTransaction();
        for (ConsumerRecord<String, String> record : records) {
            producer.send(new ProducerRecord<>("sink", record.key(), "processed " + record.value()));
        }
        // A client that aborts discards what it has not sent yet; here the log is to have aborted records.
        producer.flush();
        producer.sendOffsetsToTransaction(positions(consumer), consumer.groupMetadata());
        if (fail) producer.abortTransaction();
        else producer.commitTransaction();
    }

    private static Map<TopicPartition, OffsetAndMetadata> positions(KafkaConsumer<String, String> consumer) {
        return consumer.assignment().stream()
                .collect(
                        Collectors.toMap(p -> p, p -> new OffsetAndMetadata(consumer.position(p), "by the processor")));
    }

    @Test
    void offsetsOfAnOpenTransactionAreNotStableYet() {
        topic("undecided", 1);
        TopicPartition partition = new TopicPartition("undecided", 0);
        try (KafkaProducer<String, String> producer = producer("undecided-1");
                KafkaConsumer<String, String> consumer =
                        Clients.consumer(server.bootstrap(), "group.id", "undecided-group")) {
            consumer.assign(List.of(partition));
            producer.initTransactions();
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(7)), consumer.groupMetadata());
            assertThat(moved("undecided-group")).isZero();
            producer.commitTransaction();
            Awaitility.await().atMost(Clients.LIMIT).until(() -> moved("undecided-group") == 7);
            assertThat(consumer.committed(Set.of(partition)).get(partition).offset())
                    .isEqualTo(7);
        }
    }

    @Test
    void administratorsSeeTransactionsAndCanEndThem() {
        topic("watched", 1);
        TopicPartition partition = new TopicPartition("watched", 0);
        try (KafkaProducer<String, String> producer = producer("watched-1")) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, "watched", "left open");
            producer.flush();
            TransactionDescription open = description("watched-1");
            assertThat(open.state()).isEqualTo(TransactionState.ONGOING);
            assertThat(open.topicPartitions()).containsExactly(partition);
            assertThat(listed(new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING))))
                    .contains("watched-1");
            assertThat(listed(new ListTransactionsOptions().filterOnTransactionalIdPattern("wat.*-[0-9]")))
                    .containsExactly("watched-1");
            assertThat(listed(new ListTransactionsOptions().filterOnTransactionalIdPattern("nobody")))
                    .isEmpty();
            ProducerState remembered = Clients.get(
                            admin.describeProducers(List.of(partition)).partitionResult(partition))
                    .activeProducers()
                    .get(0);
            assertThat(remembered.producerId()).isEqualTo(open.producerId());
            assertThat(remembered.currentTransactionStartOffset()).hasValue(0);
            Clients.get(admin.abortTransaction(new AbortTransactionSpec(
                            partition,
                            remembered.producerId(),
                            (short) remembered.producerEpoch(),
                            remembered.coordinatorEpoch().orElse(0)))
                    .all());
            remembered = Clients.get(admin.describeProducers(List.of(partition)).partitionResult(partition))
                    .activeProducers()
                    .get(0);
            assertThat(remembered.currentTransactionStartOffset()).isEmpty();
        }
        assertThat(values("watched", COMMITTED)).isEmpty();
    }

    private static List<String> listed(ListTransactionsOptions options) {
        return Clients.get(admin.listTransactions(options).all()).stream()
                .map(TransactionListing::transactionalId)
                .toList();
    }

    /** Kafka's own decoder can read the coordinator's records. */
    @Test
    void theTransactionLogIsKafkasOwn() {
        topic("decoded", 1);
        try (KafkaProducer<String, String> producer = producer("decoded-1")) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, "decoded", "x");
            producer.commitTransaction();
            Awaitility.await()
                    .atMost(Clients.LIMIT)
                    .until(() -> state("decoded-1") == TransactionState.COMPLETE_COMMIT);
        }
        int partitions = Clients.get(
                        admin.describeTopics(List.of("__transaction_state")).allTopicNames())
                .get("__transaction_state")
                .partitions()
                .size();
        int number = ("decoded-1".hashCode() & Integer.MAX_VALUE) % partitions;
        Path log = server.partitionDir("__transaction_state", number).resolve("00000000000000000000.log");
        String dump = Program.run(
                        directory,
                        Clients.LIMIT,
                        Program.tool("DumpLogSegments", "--transaction-log-decoder", "--files", log.toString()))
                .output();
        // Empty, ongoing, commit decided, commit complete.
        for (int status : new int[] {0, 1, 2, 4}) assertThat(dump).contains("\"transactionStatus\":" + status);
        assertThat(dump)
                .contains("\"transactionalId\":\"decoded-1\"")
                .contains("\"clientTransactionVersion\":2")
                .contains("\"topic\":\"decoded\"");
    }

    @Test
    void fencingByAnAdministratorEndsTheTransaction() {
        topic("expelled", 1);
        try (KafkaProducer<String, String> producer = producer("expelled-1")) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, "expelled", "never");
            producer.flush();
            Clients.get(admin.fenceProducers(Set.of("expelled-1")).all());
            assertThatThrownBy(producer::commitTransaction).isInstanceOf(KafkaException.class);
        }
        assertThat(values("expelled", COMMITTED)).isEmpty();
    }

    /** The client retries; the server finds its decisions, and the producers of records, in its logs. */
    @Test
    void transactionsOutliveTheServer() {
        topic("killed", 2);
        List<String> expected = new ArrayList<>();
        try (KafkaProducer<String, String> producer = producer("survivor");
                KafkaProducer<String, String> lost = producer("lost", "transaction.timeout.ms", 3000)) {
            producer.initTransactions();
            lost.initTransactions();
            lost.beginTransaction();
            send(lost, "killed", "lost");
            lost.flush();
            for (int round = 0; round < 3; round++) {
                producer.beginTransaction();
                for (int i = 0; i < 20; i++) {
                    if (i == 10) {
                        producer.flush();
                        server.restart();
                    }
                    producer.send(new ProducerRecord<>("killed", i % 2, null, round + "-" + i));
                    expected.add(round + "-" + i);
                }
                producer.commitTransaction();
                // The decision is on disk, the markers may not be.
                server.restart();
            }
        }
        Awaitility.await().atMost(Clients.LIMIT).until(() -> state("lost") == TransactionState.COMPLETE_ABORT);
        assertThat(values("killed", COMMITTED)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(values("killed", ALL)).hasSize(expected.size() + 1);
    }
}

package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.letterbox.it.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Apache Kafka's own kafka-dump-log reads the files of the server: every batch is valid, every index correct, the
 * records are readable, and the internal topics have Kafka's schemas.
 */
class KafkaDumpLogIT {
    private static final String DUMP = "DumpLogSegments";
    private static final int RECORDS = 300;
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    @TempDir
    private Path directory;

    private KafkaTarget target;
    private Admin admin;

    @BeforeEach
    void start() {
        target = KafkaTarget.start(directory);
        admin = Clients.admin(target.bootstrap());
    }

    @AfterEach
    void stop() {
        if (admin != null) admin.close();
        if (target != null) target.close();
    }

    @Test
    void segmentsOfEveryCodecAndTheirIndexes() {
        // Kafka's smallest segments and a dense index: several files, and many entries in each.
        Clients.create(admin, "codecs", 1, Map.of("segment.bytes", "1048576", "index.interval.bytes", "1024"));
        List<String> expected = new ArrayList<>();
        Random random = new Random(1);
        for (String codec : CODECS) {
            try (KafkaProducer<String, String> producer =
                    Clients.producer(target.bootstrap(), "compression.type", codec, "batch.size", 10_000)) {
                for (int i = 0; i < RECORDS; i++) {
                    String value = codec + "-" + i + "-" + incompressible(random);
                    producer.send(new ProducerRecord<>("codecs", "k" + i, value));
                    expected.add("key: k" + i + " payload: " + value);
                }
            }
        }
        assertThat(Clients.read(target.bootstrap(), "codecs")).hasSize(expected.size());
        Path files = files("codecs", 0);
        assertThat(named(files, ".log")).hasSizeGreaterThanOrEqualTo(3);

        Program.Outcome dump = dump(named(files, ".log"), "--deep-iteration", "--print-data-log");
        // The tool reports the first offset of every segment but the first one as a gap, in Apache Kafka's own files,
        // too.
        assertThat(dump.errors().lines().filter(line -> !line.startsWith("Non-consecutive offsets in ")))
                .allMatch(line -> line.startsWith("  -1 is followed by "));
        assertThat(dump.lines().stream().filter(line -> line.startsWith("baseOffset: ")))
                .hasSizeGreaterThan(CODECS.size() * 10)
                .allMatch(line -> line.endsWith("isvalid: true"));
        assertThat(dump.lines().stream()
                        .filter(line -> line.startsWith("| "))
                        .map(line -> line.substring(line.indexOf("key: "))))
                .containsExactlyElementsOf(expected);
        for (String codec : CODECS) {
            assertThat(dump.output()).contains("compresscodec: " + codec);
        }

        List<Path> indexes = Stream.concat(indexes(files, ".index"), indexes(files, ".timeindex"))
                .toList();
        String checked = dump(indexes, "--index-sanity-check").succeeded();
        indexes.forEach(index -> assertThat(checked).contains(index + " passed sanity check."));
        Program.Outcome verified = dump(indexes, "--verify-index-only");
        assertThat(verified.succeeded() + verified.errors())
                .doesNotContain("Mismatches", "Found", "Exception", "corrupt");
    }

    @Test
    void logAppendTimeIsInTheBatch() {
        Clients.create(admin, "stamped", 1, Map.of("message.timestamp.type", "LogAppendTime"));
        try (KafkaProducer<String, String> producer = Clients.producer(target.bootstrap(), "compression.type", "lz4")) {
            producer.send(new ProducerRecord<>("stamped", 0, 1000L, "k", "v"));
        }
        assertThat(Clients.read(target.bootstrap(), "stamped"))
                .singleElement()
                .matches(
                        record -> record.timestampType() == TimestampType.LOG_APPEND_TIME && record.timestamp() > 1000);
        assertThat(dump(named(files("stamped", 0), ".log"), "--print-data-log").succeeded())
                .contains("LogAppendTime: ");
    }

    @Test
    void committedOffsetsAreInKafkasSchema() {
        Clients.create(admin, "read", 1, Map.of());
        try (KafkaProducer<String, String> producer = Clients.producer(target.bootstrap())) {
            producer.send(new ProducerRecord<>("read", "k", "v"));
        }
        try (KafkaConsumer<String, String> consumer = Clients.consumer(target.bootstrap(), "group.id", "decoded")) {
            consumer.subscribe(List.of("read"));
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            Clients.poll(consumer, records, () -> !records.isEmpty());
            consumer.commitSync(Map.of(new TopicPartition("read", 0), new OffsetAndMetadata(1, "with a note")));
        }
        assertThat(internal("__consumer_offsets", "--offsets-decoder"))
                .containsPattern("\"group\":\"decoded\",\"topic\":\"read\",\"partition\":0\\}.*\"offset\":1,"
                        + ".*\"metadata\":\"with a note\"")
                .containsPattern("\"group\":\"decoded\".*\"protocolType\":\"consumer\",\"generation\":1");
    }

    @Test
    void transactionsAreInKafkasSchema() {
        Clients.create(admin, "moved", 1, Map.of());
        try (KafkaProducer<String, String> producer =
                Clients.producer(target.bootstrap(), "transactional.id", "decoded-clerk")) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("moved", "k", "aborted"));
            producer.flush();
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("moved", "k", "committed"));
            producer.commitTransaction();
        }
        assertThat(Clients.read(target.bootstrap(), "moved", "isolation.level", "read_committed"))
                .extracting(ConsumerRecord::value)
                .containsExactly("committed");
        assertThat(internal("__transaction_state", "--transaction-log-decoder"))
                .containsPattern("transactionalId=decoded-clerk|\"transactionalId\":\"decoded-clerk\"")
                .containsPattern("(?i)CompleteAbort|\"transactionStatus\":5")
                .containsPattern("(?i)CompleteCommit|\"transactionStatus\":4");
        String log = dump(named(files("moved", 0), ".log"), "--print-data-log", "--deep-iteration")
                .succeeded();
        assertThat(log)
                .contains("isTransactional: true isControl: true", "endTxnMarker: ABORT", "endTxnMarker: COMMIT");
    }

    @Test
    void snapshotsOfProducersAndTheIndexOfAbortedTransactions() {
        Clients.create(admin, "rolled", 1, Map.of("segment.bytes", "1048576"));
        try (KafkaProducer<String, String> producer =
                Clients.producer(target.bootstrap(), "transactional.id", "roller")) {
            producer.initTransactions();
            for (int i = 0; i < 8; i++) {
                producer.beginTransaction();
                for (int record = 0; record < 40; record++)
                    producer.send(new ProducerRecord<>("rolled", "k", "x".repeat(5000)));
                producer.flush();
                if (i % 2 == 0) producer.abortTransaction();
                else producer.commitTransaction();
            }
        }
        assertThat(Clients.read(target.bootstrap(), "rolled", "isolation.level", "read_committed"))
                .hasSize(160);
        Path files = files("rolled", 0);
        assertThat(dump(named(files, ".snapshot")).succeeded()).containsPattern("producerId: \\d+ producerEpoch: \\d+");
        assertThat(dump(named(files, ".txnindex")).lines().stream().filter(line -> line.startsWith("version: ")))
                .as("aborted transactions")
                .hasSize(4);
    }

    /**
     * The newest indexes of a running Apache Kafka are longer than their content; ours have to be correct at any time.
     */
    private Stream<Path> indexes(Path partition, String ending) {
        List<Path> all = named(partition, ending);
        return target.process().isPresent() ? all.stream() : all.subList(0, all.size() - 1).stream();
    }

    private static String incompressible(Random random) {
        byte[] bytes = new byte[1500];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** A partition's files; stops the server first, because an active segment is preallocated. */
    private Path files(String topic, int partition) {
        target.process().filter(ServerProcess::isAlive).ifPresent(ServerProcess::stop);
        Optional<Path> files = target.files(topic, partition);
        assumeTrue(files.isPresent(), "of somebody else's server the files are unknown");
        return files.orElseThrow();
    }

    /** An internal topic's records as printed by their decoder, of all partitions that have any. */
    private String internal(String topic, String decoder) {
        List<Path> logs = new ArrayList<>();
        for (int partition = 0; Files.isDirectory(files(topic, partition)); partition++) {
            named(files(topic, partition), ".log").stream()
                    .filter(log -> log.toFile().length() > 0)
                    .forEach(logs::add);
        }
        return dump(logs, decoder, "--print-data-log").succeeded();
    }

    private Program.Outcome dump(List<Path> files, String... options) {
        assertThat(files).isNotEmpty();
        List<String> arguments = new ArrayList<>(List.of(
                "--files", String.join(",", files.stream().map(Path::toString).toList())));
        arguments.addAll(List.of(options));
        return Program.run(directory, Clients.LIMIT, Program.tool(DUMP, arguments.toArray(String[]::new)));
    }

    /** The files of a partition with this ending, in the order of their offsets. */
    private static List<Path> named(Path partition, String ending) {
        try (Stream<Path> files = Files.list(partition)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

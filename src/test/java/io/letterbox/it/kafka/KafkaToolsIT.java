package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Apache Kafka's command-line tools, each as its user would run it. A tool's exit status means little (some report a
 * failure and exit with 0), so its output is checked, and its changes are checked with another tool.
 */
class KafkaToolsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CONFIGS = "kafka.admin.ConfigCommand";
    private static final String GROUPS = "consumer.group.ConsumerGroupCommand";

    @TempDir
    private static Path directory;

    private static KafkaTarget target;
    private static Admin admin;

    @BeforeAll
    static void start() {
        target = KafkaTarget.start(directory);
        admin = Clients.admin(target.bootstrap());
    }

    @AfterAll
    static void stop() {
        if (admin != null) admin.close();
        if (target != null) target.close();
    }

    @Test
    void topics() {
        assertThat(tool(
                        "TopicCommand",
                        "--create",
                        "--topic",
                        "orders",
                        "--partitions",
                        "3",
                        "--config",
                        "retention.ms=123456789"))
                .contains("Created topic orders.");
        String described = tool("TopicCommand", "--describe", "--topic", "orders");
        assertThat(described)
                .containsPattern("Topic: orders\tTopicId: [\\w-]{22}\tPartitionCount: 3\tReplicationFactor: 1\t")
                .contains("retention.ms=123456789");
        assertThat(described
                        .lines()
                        .filter(line -> line.matches("\tTopic: orders\tPartition: \\d\tLeader: \\d+\t.*Isr: \\d+.*")))
                .hasSize(3);

        tool("TopicCommand", "--alter", "--topic", "orders", "--partitions", "5");
        assertThat(tool("TopicCommand", "--describe", "--topic", "orders")).contains("PartitionCount: 5");
        assertThat(lines("TopicCommand", "--list")).contains("orders");

        Program.Outcome again = run("TopicCommand", "--create", "--topic", "orders", "--partitions", "1");
        assertThat(again.output() + again.errors()).contains("TopicExistsException");
        assertThat(run("TopicCommand", "--alter", "--topic", "orders", "--partitions", "2")
                        .status())
                .as("fewer partitions than there are")
                .isNotZero();

        tool("TopicCommand", "--delete", "--topic", "orders");
        assertThat(lines("TopicCommand", "--list")).doesNotContain("orders");
    }

    @Test
    void configs() {
        Clients.create(admin, "settings", 1, Map.of());
        String[] topic = {"--entity-type", "topics", "--entity-name", "settings"};
        tool(
                CONFIGS,
                with(topic, "--alter", "--add-config", "cleanup.policy=[compact,delete],max.message.bytes=70000"));
        assertThat(tool(CONFIGS, with(topic, "--describe")))
                .contains("cleanup.policy=compact,delete ", "DYNAMIC_TOPIC_CONFIG:max.message.bytes=70000");
        assertThat(lines(CONFIGS, with(topic, "--describe", "--all")))
                .anyMatch(line -> line.startsWith("  retention.ms=604800000 "))
                .anyMatch(line -> line.startsWith("  compression.type=producer "))
                .anyMatch(line -> line.startsWith("  min.insync.replicas=1 "))
                .anyMatch(line -> line.startsWith("  segment.bytes=1073741824 ") && line.contains("DEFAULT_CONFIG"));

        tool(CONFIGS, with(topic, "--alter", "--delete-config", "cleanup.policy"));
        assertThat(tool(CONFIGS, with(topic, "--describe")))
                .doesNotContain("cleanup.policy")
                .contains("max.message.bytes=70000");
        Program.Outcome wrong = run(CONFIGS, with(topic, "--alter", "--add-config", "retention.ms=soon"));
        assertThat(wrong.output() + wrong.errors()).contains("retention.ms");
        assertThat(tool(CONFIGS, with(topic, "--describe"))).doesNotContain("soon");

        int node =
                Clients.get(admin.describeCluster().nodes()).iterator().next().id();
        assertThat(tool(CONFIGS, "--entity-type", "brokers", "--entity-name", "" + node, "--describe", "--all"))
                .contains("All configs for broker " + node, "message.max.bytes=");
    }

    @Test
    void verifiableProducerAndConsumerAndTheGroupThatTheyLeave() {
        Clients.create(admin, "verified", 3, Map.of());
        List<JsonNode> sent = events(tool(
                "VerifiableProducer",
                "--topic",
                "verified",
                "--max-messages",
                "500",
                "--repeating-keys",
                "7",
                "--acks",
                "-1"));
        assertThat(named(sent, "producer_send_success")).hasSize(500);
        assertThat(named(sent, "tool_data"))
                .singleElement()
                .matches(data -> data.get("acked").asInt() == 500);

        List<JsonNode> read = events(tool(
                "VerifiableConsumer",
                "--topic",
                "verified",
                "--group-id",
                "verifiers",
                "--max-messages",
                "500",
                "--verbose"));
        assertThat(places(named(read, "record_data")))
                .as("each record once, where its acknowledgement says")
                .containsExactlyInAnyOrderElementsOf(places(named(sent, "producer_send_success")));
        assertThat(named(read, "offsets_committed")).isNotEmpty().allMatch(commit -> commit.get("success")
                .asBoolean());

        assertThat(lines(GROUPS, "--list", "--state")).anyMatch(line -> line.matches("verifiers +Empty *"));
        assertThat(offsets("verifiers")).hasSize(3).allMatch(row -> row[3].equals(row[4]) && row[5].equals("0"));
        long total = offsets("verifiers").stream()
                .mapToLong(row -> Long.parseLong(row[3]))
                .sum();
        assertThat(total).isEqualTo(500);

        tool(
                GROUPS,
                "--group",
                "verifiers",
                "--topic",
                "verified:1",
                "--reset-offsets",
                "--to-offset",
                "2",
                "--execute");
        assertThat(offsets("verifiers")).anyMatch(row -> row[2].equals("1") && row[3].equals("2"));
        tool(GROUPS, "--group", "verifiers", "--all-topics", "--reset-offsets", "--to-earliest", "--execute");
        assertThat(offsets("verifiers")).hasSize(3).allMatch(row -> row[3].equals("0") && row[5].equals(row[4]));
        assertThat(tool(GROUPS, "--group", "verifiers", "--topic", "verified:0", "--delete-offsets"))
                .contains("Successful");
        assertThat(offsets("verifiers")).extracting(row -> row[2]).doesNotContain("0");
        assertThat(tool(GROUPS, "--group", "verifiers", "--delete")).contains("was successful");
        assertThat(lines(GROUPS, "--list")).doesNotContain("verifiers");
    }

    @Test
    void aGroupWithMembersIsDescribed() {
        Clients.create(admin, "watched", 4, Map.of());
        List<String> command = command(
                "VerifiableConsumer", "--topic", "watched", "--group-id", "watchers", "--group-instance-id", "one");
        try (Program member = Program.start(directory, command)) {
            org.awaitility.Awaitility.await()
                    .atMost(Clients.LIMIT)
                    .until(() -> member.output().contains("\"partitions_assigned\"") || !member.isAlive());
            assertThat(member.isAlive()).as(member.everything()).isTrue();
            assertThat(tool(GROUPS, "--describe", "--group", "watchers", "--members", "--verbose"))
                    .containsPattern("watchers +one-\\S+ +one +/127\\.0\\.0\\.1 +\\S+ +4 ")
                    .containsPattern("watched:0,1,2,3");
            assertThat(tool(GROUPS, "--describe", "--group", "watchers", "--state"))
                    .containsPattern("range +Stable +1");
            Program.Outcome refused = run(GROUPS, "--group", "watchers", "--delete");
            assertThat(refused.output() + refused.errors()).contains("not empty");
        }
    }

    @Test
    void offsets() {
        // Retention would delete records of these times.
        Clients.create(admin, "times", 2, Map.of("retention.ms", "-1"));
        try (KafkaProducer<String, String> producer = Clients.producer(target.bootstrap())) {
            // The newest timestamp is not the last record's.
            for (long time : new long[] {1000, 3000, 9000, 5000}) {
                producer.send(new ProducerRecord<>("times", 0, time, "k", "v" + time));
                producer.flush();
            }
        }
        assertThat(lines("GetOffsetShell", "--topic-partitions", "times", "--time", "-1"))
                .containsExactly("times:0:4", "times:1:0");
        assertThat(lines("GetOffsetShell", "--topic-partitions", "times", "--time", "-2"))
                .containsExactly("times:0:0", "times:1:0");
        assertThat(lines("GetOffsetShell", "--topic-partitions", "times:0", "--time", "-3"))
                .containsExactly("times:0:2");
        assertThat(lines("GetOffsetShell", "--topic-partitions", "times:0", "--time", "-4"))
                .containsExactly("times:0:0");
        assertThat(lines("GetOffsetShell", "--topic-partitions", "times:0", "--time", "2000"))
                .containsExactly("times:0:1");
        assertThat(lines("GetOffsetShell", "--topic-partitions", "times:0", "--time", "9001"))
                .isEmpty();
    }

    @Test
    void deletedRecordsAreGone() throws IOException {
        Clients.create(admin, "shortened", 1, Map.of());
        produce("shortened", 10);
        Path upTo = Files.writeString(
                directory.resolve("delete.json"),
                "{\"version\":1,\"partitions\":[{\"topic\":\"shortened\",\"partition\":0,\"offset\":4}]}");
        assertThat(tool("DeleteRecordsCommand", "--offset-json-file", upTo.toString()))
                .containsPattern("partition: shortened-0\\s+low_watermark: 4");
        assertThat(lines("GetOffsetShell", "--topic-partitions", "shortened", "--time", "-2"))
                .containsExactly("shortened:0:4");
        assertThat(Clients.read(target.bootstrap(), "shortened"))
                .extracting(record -> record.offset())
                .containsExactly(4L, 5L, 6L, 7L, 8L, 9L);
        Files.writeString(upTo, Files.readString(upTo).replace(":4}", ":11}"));
        assertThat(run("DeleteRecordsCommand", "--offset-json-file", upTo.toString())
                        .output())
                .contains("OffsetOutOfRange");
    }

    @Test
    void logDirs() throws IOException {
        Clients.create(admin, "sized", 2, Map.of());
        produce("sized", 20);
        JsonNode answer = JSON.readTree(
                lines("LogDirsCommand", "--describe", "--topic-list", "sized").get(2));
        JsonNode logDir = answer.get("brokers").get(0).get("logDirs").get(0);
        assertThat(logDir.get("error").isNull()).isTrue();
        assertThat(StreamSupport.stream(logDir.get("partitions").spliterator(), false)
                        .map(p -> p.get("partition").asText()))
                .containsExactlyInAnyOrder("sized-0", "sized-1");
        long total = StreamSupport.stream(logDir.get("partitions").spliterator(), false)
                .mapToLong(p -> p.get("size").asLong())
                .sum();
        assertThat(total).isPositive();
    }

    @Test
    void transactions() {
        Clients.create(admin, "transfers", 1, Map.of());
        try (KafkaProducer<String, String> producer =
                Clients.producer(target.bootstrap(), "transactional.id", "clerk")) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("transfers", 0, "k", "v"));
            producer.flush();
            assertThat(lines("TransactionsCommand", "list")).anyMatch(line -> line.matches("clerk\\s.*\\sOngoing\\s*"));
            assertThat(tool("TransactionsCommand", "describe", "--transactional-id", "clerk"))
                    .contains("Ongoing", "transfers-0");
            assertThat(producersOf("transfers"))
                    .singleElement()
                    .matches(row -> row[5].equals("0"), "the open transaction begins at 0");
            producer.commitTransaction();
            assertThat(tool("TransactionsCommand", "describe", "--transactional-id", "clerk"))
                    .contains("CompleteCommit");
            assertThat(producersOf("transfers"))
                    .singleElement()
                    .matches(row -> row[5].equals("None"), "no transaction is open");
        }
    }

    @Test
    void leadersAreWhereTheyBelong() {
        Clients.create(admin, "led", 2, Map.of());
        assertThat(tool("LeaderElectionCommand", "--election-type", "preferred", "--topic", "led", "--partition", "1"))
                .contains("Valid replica already elected for partitions led-1");
    }

    @Test
    void performanceTools() {
        Clients.create(admin, "fast", 6, Map.of());
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            assertThat(tool(
                            "ProducerPerformance",
                            "--topic",
                            "fast",
                            "--num-records",
                            "4000",
                            "--throughput",
                            "-1",
                            "--record-size",
                            "200",
                            "--command-property",
                            "acks=all",
                            "compression.type=" + codec))
                    .contains("4000 records sent");
        }
        String[] fields = tool("ConsumerPerformance", "--topic", "fast", "--num-records", "20000", "--hide-header")
                .strip()
                .split(",\\s*");
        assertThat(fields[4]).isEqualTo("20000");
        assertThat(Clients.read(target.bootstrap(), "fast"))
                .hasSize(20_000)
                .allMatch(record -> record.value().length() == 200);
    }

    @Test
    void consoleTools() {
        Clients.create(admin, "typed", 1, Map.of());
        String text = "a:first\nb:second\nc:Grüße, 世界\n";
        Program.run(
                        directory,
                        Clients.LIMIT,
                        text,
                        command(
                                "ConsoleProducer",
                                "--topic",
                                "typed",
                                "--reader-property",
                                "parse.key=true",
                                "--reader-property",
                                "key.separator=:"))
                .succeeded();
        assertThat(lines(
                        "consumer.ConsoleConsumer",
                        "--topic",
                        "typed",
                        "--from-beginning",
                        "--max-messages",
                        "3",
                        "--formatter-property",
                        "print.key=true",
                        "--formatter-property",
                        "key.separator=:"))
                .containsExactlyElementsOf(text.lines().toList());
    }

    @Test
    void apiVersionsAndFeatures() {
        assertThat(tool("BrokerApiVersionsCommand"))
                .containsPattern("Produce\\(0\\): 0 to 13 \\[usable: 13\\]")
                .containsPattern("Fetch\\(1\\): 4 to \\d+ \\[usable: \\d+\\]")
                .containsPattern("JoinGroup\\(11\\): 0 to \\d");
        assertThat(tool("FeatureCommand", "describe")).contains("transaction.version", "group.version");
    }

    private static void produce(String topic, int count) {
        try (KafkaProducer<String, String> producer = Clients.producer(target.bootstrap())) {
            IntStream.range(0, count).forEach(i -> producer.send(new ProducerRecord<>(topic, "k" + i, "v" + i)));
        }
    }

    /** The rows of a group's partitions: group, topic, partition, committed offset, log end offset, lag, ... */
    private static List<String[]> offsets(String group) {
        return lines(GROUPS, "--describe", "--group", group).stream()
                .filter(line -> line.startsWith(group + " "))
                .map(line -> line.split(" +"))
                .toList();
    }

    /**
     * The rows of a partition's producers: id, epoch, coordinator's epoch, last sequence, timestamp, open transaction.
     */
    private static List<String[]> producersOf(String topic) {
        return lines("TransactionsCommand", "describe-producers", "--topic", topic, "--partition", "0").stream()
                .skip(1)
                .map(line -> line.strip().split("\\s+"))
                .toList();
    }

    private static List<JsonNode> events(String output) {
        return output.lines().map(KafkaToolsIT::json).toList();
    }

    private static List<JsonNode> named(List<JsonNode> events, String name) {
        return events.stream()
                .filter(event -> event.get("name").asText().equals(name))
                .toList();
    }

    private static List<String> places(List<JsonNode> records) {
        return records.stream()
                .map(record -> record.get("partition") + "@" + record.get("offset") + " " + record.get("key") + "="
                        + record.get("value"))
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError(line, e);
        }
    }

    private static String[] with(String[] first, String... rest) {
        String[] all = Arrays.copyOf(first, first.length + rest.length);
        System.arraycopy(rest, 0, all, first.length, rest.length);
        return all;
    }

    private static List<String> command(String name, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", target.bootstrap()));
        all.addAll(List.of(arguments));
        return Program.tool(name, all.toArray(String[]::new));
    }

    private static Program.Outcome run(String name, String... arguments) {
        return Program.run(directory, Clients.LIMIT, command(name, arguments));
    }

    private static String tool(String name, String... arguments) {
        return run(name, arguments).succeeded();
    }

    private static List<String> lines(String name, String... arguments) {
        return run(name, arguments).lines();
    }
}

package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** librdkafka through Debian's kcat: the C client, on which those of Python, Go, .NET and PHP are built. */
class KcatIT {
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

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
    void metadata() throws IOException {
        Clients.create(admin, "cat-listed", 3, Map.of());
        JsonNode answer =
                new ObjectMapper().readTree(kcat("-L", "-J", "-t", "cat-listed").succeeded());
        assertThat(answer.get("brokers")).hasSize(1);
        assertThat(answer.get("brokers").get(0).get("name").asText()).isEqualTo(target.bootstrap());
        assertThat(answer.get("topics").get(0).get("partitions"))
                .hasSize(3)
                .allMatch(partition -> partition.get("leader").asInt()
                        == answer.get("brokers").get(0).get("id").asInt());
    }

    @Test
    void everyCodecThereAndBack() {
        Clients.create(admin, "cat-codecs", 1, Map.of());
        List<String> expected = new ArrayList<>();
        for (String codec : CODECS) {
            List<String> lines = IntStream.range(0, 200)
                    .mapToObj(i -> "k" + i + ":" + codec + " line " + i + " of kcat")
                    .toList();
            produce(
                    String.join("\n", lines) + "\n",
                    "-P",
                    "-t",
                    "cat-codecs",
                    "-K:",
                    "-z",
                    codec,
                    "-H",
                    "codec=" + codec,
                    "-X",
                    "enable.idempotence=true");
            expected.addAll(lines);
        }
        assertThat(kcat("-C", "-t", "cat-codecs", "-e", "-q", "-f", "%k:%s\n").lines())
                .containsExactlyElementsOf(expected);
        assertThat(kcat("-C", "-t", "cat-codecs", "-e", "-q", "-f", "%o %h\n", "-o", "-3")
                        .lines())
                .containsExactly("997 codec=zstd", "998 codec=zstd", "999 codec=zstd");
        // The Java client reads what librdkafka compressed, and the other way round.
        assertThat(Clients.read(target.bootstrap(), "cat-codecs").stream()
                        .map(record -> record.key() + ":" + record.value()))
                .containsExactlyElementsOf(expected);
        for (String codec : CODECS) {
            try (KafkaProducer<String, String> producer =
                    Clients.producer(target.bootstrap(), "compression.type", codec)) {
                IntStream.range(0, 50).forEach(i -> producer.send(new ProducerRecord<>("cat-codecs", "j", codec + i)));
            }
        }
        assertThat(kcat("-C", "-t", "cat-codecs", "-e", "-q", "-o", "1000", "-f", "%s\n")
                        .lines())
                .containsExactlyElementsOf(CODECS.stream()
                        .flatMap(codec -> IntStream.range(0, 50).mapToObj(i -> codec + i))
                        .toList());
    }

    @Test
    void offsetsByTime() {
        Clients.create(admin, "cat-times", 1, Map.of("retention.ms", "-1"));
        try (KafkaProducer<String, String> producer = Clients.producer(target.bootstrap())) {
            for (long time : new long[] {1000, 2000, 3000})
                producer.send(new ProducerRecord<>("cat-times", 0, time, "k", "v" + time));
        }
        assertThat(kcat("-Q", "-t", "cat-times:0:1500").succeeded()).contains("cat-times [0] offset 1");
        assertThat(kcat("-Q", "-t", "cat-times:0:-1").succeeded()).contains("cat-times [0] offset 3");
        assertThat(kcat("-C", "-t", "cat-times", "-o", "s@1001", "-o", "e@3000", "-e", "-q", "-f", "%s %T\n")
                        .lines())
                .containsExactly("v2000 2000");
    }

    @Test
    void aTopicIsMadeByTheFirstRecord() {
        produce("hello\n", "-P", "-t", "cat-new");
        assertThat(Clients.read(target.bootstrap(), "cat-new"))
                .extracting(ConsumerRecord::value)
                .containsExactly("hello");
    }

    @Test
    void aGroupOfTwoSharesThePartitionsAndCommits() {
        Clients.create(admin, "cat-shared", 4, Map.of());
        try (Program one = member();
                Program two = member()) {
            await().atMost(Clients.LIMIT).until(() -> membersWithPartitions() == 2 || !one.isAlive() || !two.isAlive());
            assertThat(membersWithPartitions())
                    .as(one.everything() + two.everything())
                    .isEqualTo(2);
            Set<String> sent = new TreeSet<>();
            try (KafkaProducer<String, String> producer = Clients.producer(target.bootstrap())) {
                for (int i = 0; i < 400; i++) {
                    producer.send(new ProducerRecord<>("cat-shared", i % 4, "k", "v" + i));
                    sent.add("v" + i);
                }
            }
            await().atMost(Clients.LIMIT)
                    .until(() ->
                            one.output().lines().count() + two.output().lines().count() >= 400);
            one.stop(Clients.LIMIT);
            two.stop(Clients.LIMIT);
            List<String> read = new ArrayList<>(one.output().lines().toList());
            assertThat(read).as("the first member's share").hasSize(200);
            two.output().lines().forEach(read::add);
            assertThat(read).containsExactlyInAnyOrderElementsOf(sent);
            Map<TopicPartition, OffsetAndMetadata> committed =
                    Clients.get(admin.listConsumerGroupOffsets("cats").partitionsToOffsetAndMetadata());
            assertThat(committed.values()).hasSize(4).allMatch(offset -> offset.offset() == 100);
        }
    }

    private static Program member() {
        return Program.start(
                directory,
                command("-G", "cats", "-X", "auto.offset.reset=earliest", "-q", "-u", "-f", "%s\n", "cat-shared"));
    }

    private static long membersWithPartitions() {
        try {
            return Clients.get(admin.describeConsumerGroups(List.of("cats")).all()).get("cats").members().stream()
                    .filter(member -> member.assignment().topicPartitions().size() == 2)
                    .count();
        } catch (GroupIdNotFoundException e) {
            return 0; // No consumer has joined yet.
        }
    }

    private static List<String> command(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of("kcat", "-b", target.bootstrap(), "-X", "broker.address.family=v4"));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Program.Outcome kcat(String... arguments) {
        return Program.run(directory, Clients.LIMIT, command(arguments));
    }

    private static void produce(String input, String... arguments) {
        Program.run(directory, Clients.LIMIT, input, command(arguments)).succeeded();
    }
}

package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The current librdkafka with Debian's kcat: since 2.2 it sends extra bytes when it asks for all topics, and so do the
 * clients of Python, Go, .NET and JavaScript that are built on it.
 */
class LibrdkafkaIT {
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(8);
    private static final Path BUILD =
            Path.of("scripts", "kafka.d", "librdkafka").toAbsolutePath();

    @TempDir
    private static Path directory;

    private static String library;
    private static KafkaTarget target;
    private static Admin admin;

    @BeforeAll
    static void start() {
        library = Program.run(directory, BUILD_LIMIT, List.of(BUILD.toString()))
                .succeeded()
                .strip();
        target = KafkaTarget.start(directory);
        admin = Clients.admin(target.bootstrap());
    }

    @AfterAll
    static void stop() {
        if (admin != null) admin.close();
        if (target != null) target.close();
    }

    @Test
    void itIsOfToday() {
        assertThat(Program.run(directory, Clients.LIMIT, command("-V")).succeeded())
                .contains("librdkafka 2.12");
    }

    @Test
    void itListsAllTopics() throws IOException {
        for (String topic : List.of("rd-listed-1", "rd-listed-2")) Clients.create(admin, topic, 2, Map.of());
        JsonNode answer = new ObjectMapper()
                .readTree(Program.run(directory, Clients.LIMIT, command("-L", "-J"))
                        .succeeded());
        List<String> names = new ArrayList<>();
        answer.get("topics").forEach(topic -> names.add(topic.get("topic").asText()));
        assertThat(names).contains("rd-listed-1", "rd-listed-2");
    }

    @Test
    void aGroupSubscribesByARegularExpression() {
        for (String topic : List.of("rd-match-1", "rd-match-2", "rd-other")) Clients.create(admin, topic, 1, Map.of());
        try (Program member = Program.start(
                        directory,
                        command(
                                "-G",
                                "rds",
                                "-X",
                                "auto.offset.reset=earliest",
                                "-q",
                                "-u",
                                "-f",
                                "%t=%s\n",
                                "^rd-match.*"));
                KafkaProducer<String, String> producer = Clients.producer(target.bootstrap())) {
            for (String topic : List.of("rd-match-1", "rd-match-2", "rd-other")) {
                IntStream.range(0, 10).forEach(i -> producer.send(new ProducerRecord<>(topic, "k", "v" + i)));
            }
            producer.flush();
            await().atMost(Clients.LIMIT).until(() -> member.output().lines().count() >= 20 || !member.isAlive());
            assertThat(member.output().lines())
                    .as(member.everything())
                    .hasSize(20)
                    .allMatch(line -> line.startsWith("rd-match-"));
            member.stop(Clients.LIMIT);
        }
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "LD_LIBRARY_PATH=" + library,
                "kcat",
                "-b",
                target.bootstrap(),
                "-X",
                "broker.address.family=v4"));
        command.addAll(List.of(arguments));
        return command;
    }
}

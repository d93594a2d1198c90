package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kafkajs, the client of most Node programs: it is no longer maintained, and supports old versions only. */
class KafkajsIT {
    private static final Duration INSTALL_LIMIT = Duration.ofMinutes(3);
    private static final Path INSTALLED = Path.of("target", "kafkajs").toAbsolutePath();

    @TempDir
    private static Path directory;

    @BeforeAll
    static void install() throws IOException {
        Files.createDirectories(INSTALLED);
        for (String name : List.of("package.json", "package-lock.json", "roundtrip.mjs")) {
            Files.write(
                    INSTALLED.resolve(name),
                    Files.readAllBytes(Program.clients().resolve("kafkajs").resolve(name)));
        }
        if (!Files.isDirectory(INSTALLED.resolve("node_modules").resolve("kafkajs"))) {
            List<String> install = List.of(
                    "npm", "ci", "--prefix", INSTALLED.toString(), "--no-audit", "--no-fund", "--ignore-scripts");
            Program.run(directory, INSTALL_LIMIT, install).succeeded();
        }
    }

    @Test
    void itProducesConsumesInAGroupAndDoesTransactions() throws IOException {
        try (KafkaTarget target = KafkaTarget.start(directory)) {
            List<String> command =
                    List.of("node", INSTALLED.resolve("roundtrip.mjs").toString(), target.bootstrap());
            Program.Outcome outcome = Program.run(directory, Clients.LIMIT, command);
            assertThat(outcome.status()).as("%s\n%s", outcome, target.output()).isZero();
            JsonNode said = new ObjectMapper()
                    .readTree(outcome.lines().get(outcome.lines().size() - 1));

            List<ConsumerRecord<String, String>> log = Clients.read(target.bootstrap(), "js");
            Set<String> stored = new TreeSet<>();
            log.forEach(record -> stored.add(record.partition() + "@" + record.offset() + " " + record.key() + "="
                    + record.value() + " kafkajs"));
            Set<String> read = new TreeSet<>();
            said.get("consumed").forEach(text -> read.add(text.asText()));
            said.get("resumed").forEach(text -> read.add(text.asText()));
            assertThat(read).containsExactlyElementsOf(stored);
            assertThat(log.stream()
                            .filter(record -> !record.value().equals("late"))
                            .map(ConsumerRecord::value))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 200).mapToObj(i -> "value " + i).toList());
            assertThat(said.get("partitions").asInt()).isEqualTo(3);
            assertThat(said.get("committed").asInt()).as("committed").isEqualTo(200);
            assertThat(said.get("ends").asInt()).as("ends").isEqualTo(200);
            assertThat(said.get("resumed")).hasSize(1);
            assertThat(said.get("groups").toString()).doesNotContain("js-group");
            assertThat(Clients.read(target.bootstrap(), "js-moves", "isolation.level", "read_committed"))
                    .extracting(ConsumerRecord::value)
                    .containsExactly("committed");
        }
    }
}

package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.it.History.Placed;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Data directories of versions that had {@code topics/<topic>/<partition>/}, the second of which knew shards
 * already. What was written before a kill is in the write-ahead log only. Two topics had been deleted, and one of
 * them made again.
 */
class EarlierDataIT {
    private static final String EXPECTED = "expected.txt";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"0ff6d48-killed", "0ff6d48-stopped", "0827a11-killed"})
    void isTakenOverWithEveryRecord(String written) throws Exception {
        try (ServerProcess server = ServerProcess.in(directory)) {
            unpack("/io/letterbox/it/data-" + written + ".zip", server.dataDir());
            List<String> expected = Files.readAllLines(server.dataDir().resolve(EXPECTED));
            server.start();
            TestClient client = new TestClient(server.base());
            assertThat(records(client)).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(server.output()).contains("Took over 4 partitions");
            assertThat(server.dataDir().resolve("topics")).doesNotExist();
            for (int p = 0; p < 3; p++)
                assertThat(server.partitionDir("quakes", p)).isDirectory();
            // Of the producers, too, nothing was forgotten.
            assertThat(repeatOnce(server)).contains("\"offset\":" + offsetOfOnce(expected));
            client.publish("again", "goes on", null);
            client.create("later", 2, Map.of());
            client.publish("later", "as well", null);
            List<String> after = records(client);
            assertThat(after).hasSize(expected.size() + 1).contains("again 0 1 goes on");
            assertThat(server.stop()).isZero();
            server.start();
            assertThat(records(client)).isEqualTo(after);
            assertThat(server.output().split("Took over", -1))
                    .as("it happens once")
                    .hasSize(2);
        }
    }

    private static long offsetOfOnce(List<String> expected) {
        String line = expected.stream()
                .filter(each -> each.endsWith(" once"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.split(" ")[2]);
    }

    private static String repeatOnce(ServerProcess server) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(server.base().resolve("/topics/quakes?partition=0"))
                .header("Content-Type", "text/plain")
                .header("Idempotency-Key", "fixture-1")
                .POST(BodyPublishers.ofString("once"))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }

    private static List<String> records(TestClient client) {
        List<String> records = new ArrayList<>();
        for (String topic : List.of("quakes", "again")) {
            Map<TopicPartition, List<Placed>> log = client.log(topic);
            log.keySet().stream().sorted().forEach(id -> {
                for (Placed each : log.get(id))
                    records.add(topic + " " + id.partition() + " " + each.offset() + " " + each.value());
            });
        }
        return records;
    }

    private static void unpack(String resource, Path target) throws IOException {
        try (InputStream in = EarlierDataIT.class.getResourceAsStream(resource);
                ZipInputStream zip = new ZipInputStream(in, StandardCharsets.UTF_8)) {
            for (ZipEntry entry; (entry = zip.getNextEntry()) != null; ) {
                Path file = target.resolve(entry.getName()).normalize();
                Files.createDirectories(file.getParent());
                Files.copy(zip, file);
            }
        }
    }
}

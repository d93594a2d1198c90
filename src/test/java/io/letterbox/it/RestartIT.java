package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.letterbox.disk.FileDisk;
import io.letterbox.it.History.Placed;
import io.letterbox.log.inspect.LogInspector;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Intended starts and stops, and starts that have to be refused. */
class RestartIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private final List<ServerProcess> servers = new ArrayList<>();

    @AfterEach
    void stop() {
        servers.forEach(ServerProcess::close);
    }

    private ServerProcess server(String name) {
        ServerProcess server = ServerProcess.in(directory.resolve(name));
        servers.add(server);
        return server;
    }

    @Test
    void theStartSaysWhatAPersonWantsToKnow() {
        ServerProcess server = server("a").start();
        assertThat(server.output())
                .contains("Letterbox ")
                .contains(server.base().toString())
                .contains(server.dataDir().toString());
        assertThat(server.output().lines().count()).isLessThan(20);
    }

    @Test
    void sigtermEndsStreamsAndStopsCleanly() throws IOException {
        ServerProcess server = server("a").start();
        TestClient client = new TestClient(server.base());
        client.create("letters", 2, Map.of());
        client.publish("letters", "one", null);
        try (RawSubscriber subscriber = new RawSubscriber(server.port(), "/topics/letters/events?from=earliest")) {
            assertThat(subscriber.nextLine()).isEqualTo(": letterbox");
            // The retry time.
            assertThat(subscriber.nextLine()).startsWith("retry: ");
            assertThat(subscriber.nextData()).isEqualTo("one");
            server.terminate();
            // The stream ends; it does not break.
            assertThat(linesUntilTheEnd(subscriber)).allMatch(line -> line.startsWith(":"));
        }
        assertThat(server.awaitExit()).as(server.output()).isZero();
    }

    private static List<String> linesUntilTheEnd(RawSubscriber subscriber) throws IOException {
        List<String> lines = new ArrayList<>();
        try {
            while (true) {
                lines.add(subscriber.nextLine());
            }
        } catch (java.io.EOFException e) {
            assertThat(e).hasMessage("the stream is over");
            return lines;
        }
    }

    @Test
    void aCleanRestartKeepsTopicsRecordsAndCursors() throws IOException {
        ServerProcess server = server("a").start();
        TestClient client = new TestClient(server.base());
        client.create("letters", 2, Map.of("segment.bytes", "16384"));
        ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();
        List<String> sent = new ArrayList<>();
        try (SseReader reader = new SseReader(
                server.base().resolve("/topics/letters/events?from=earliest"), event -> received.add(event.data()))) {
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 300; i++) {
                    String value = "round " + round + " letter " + i + " " + "x".repeat(100);
                    client.publish("letters", value, "key" + i);
                    sent.add(value);
                }
                int expected = sent.size();
                await().atMost(LIMIT).until(() -> received.size() == expected);
                assertThat(server.stop()).as(server.output()).isZero();
                server.start();
            }
            client.publish("letters", "last", "key");
            await().atMost(LIMIT).until(() -> received.contains("last"));
            assertThat(reader.connections()).isEqualTo(4);
        }
        sent.add("last");
        assertThat(received).containsExactlyInAnyOrderElementsOf(sent);
        assertThat(client.log("letters").values().stream().mapToInt(List::size).sum())
                .isEqualTo(sent.size());
    }

    @Test
    void aSecondServerOnTheSameDataDirectoryIsRefused() throws IOException {
        ServerProcess first = server("a").start();
        ServerProcess second = server("b").set("node.dataDir", first.dataDir()).launch();
        assertThat(second.awaitExit()).isNotZero();
        assertThat(second.output())
                .contains("in use by another Letterbox")
                .contains(first.dataDir().toString())
                .doesNotContain("Exception");
        new TestClient(first.base()).publish("letters", "the first one is not disturbed", null);
    }

    @Test
    void aPortThatIsTakenIsSaid() {
        ServerProcess first = server("a").start();
        ServerProcess second = server("b").set("http.port", first.port()).launch();
        assertThat(second.awaitExit()).isNotZero();
        assertThat(second.output())
                .contains("127.0.0.1:" + first.port())
                .contains("http.port")
                .doesNotContain("\tat ");
    }

    @Test
    void anUnknownKeyIsNamedWithItsLineAndTheNearestRightOne() throws IOException {
        Path file = directory.resolve("wrong.yaml");
        Files.writeString(file, "# a comment\nhttp:\n  prot: 9000\n");
        ServerProcess server = server("a").config(file).launch();
        assertThat(server.awaitExit()).isNotZero();
        assertThat(server.output())
                .contains("http.prot")
                .contains("http.port")
                .contains("wrong.yaml, line 3")
                .doesNotContain("Exception");
    }

    @Test
    void aWrongValueIsNamedWithWhatIsAllowed() {
        ServerProcess server = server("a").set("limits.recordBytes", "a little").launch();
        assertThat(server.awaitExit()).isNotZero();
        assertThat(server.output())
                .contains("limits.recordBytes")
                .contains("a little")
                .doesNotContain("Exception");
    }

    @Test
    void aTornTailIsCutOffAndNothingElse() throws IOException {
        ServerProcess server = server("a").start();
        TestClient client = new TestClient(server.base());
        List<Placed> published = publish(client, "letters", 50);
        server.kill();
        Path segment = segment(server, "letters");
        byte[] bytes = Files.readAllBytes(segment);
        byte[] torn = java.util.Arrays.copyOf(bytes, bytes.length + 40);
        System.arraycopy(bytes, 0, torn, bytes.length, 40); // The header of a batch whose body was never written.
        Files.write(segment, torn);
        server.start();
        assertThat(log(client, "letters")).isEqualTo(published);
        assertThat(Files.size(segment)).isEqualTo(bytes.length);
        published.add(client.publish("letters", "goes on", null));
        assertThat(log(client, "letters")).isEqualTo(published);
    }

    @Test
    void whatALogLostPastItsRecoveryPointComesBackFromTheWriteAheadLog() throws IOException {
        // No recovery point is written while this server runs, so everything is behind it.
        ServerProcess server =
                server("a").set("storage.recoveryPointIntervalMs", 3_600_000).start();
        TestClient client = new TestClient(server.base());
        List<Placed> published = publish(client, "letters", 50);
        server.kill();
        Path segment = segment(server, "letters");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length / 2] ^= 0x10;
        Files.write(segment, bytes);
        LogInspector.Summary torn = inspect(server);
        assertThat(torn.isUndamaged()).isTrue();
        assertThat(torn.records()).isEqualTo(50);
        server.start();
        assertThat(log(client, "letters")).isEqualTo(published);
        assertThat(server.output()).contains("record batches back from the write-ahead log");
        published.add(client.publish("letters", "goes on", null));
        server.kill();
        LogInspector.Summary sound = inspect(server);
        assertThat(sound.isUndamaged()).isTrue();
        assertThat(sound.records()).isEqualTo(51);
        // The start has forced what it restored, so the write-ahead log no longer has it.
        Files.write(segment, new byte[0]);
        assertThat(inspect(server).isUndamaged()).isFalse();
        server.start();
        assertRefused(503, () -> client.publish("letters", "not here", null));
    }

    @Test
    void aFlippedBitPastTheRecoveryPointEndsTheLogThereWhereNothingElseHasTheRecord() throws IOException {
        ServerProcess server =
                server("a").set("storage.recoveryPointIntervalMs", 3_600_000).start();
        TestClient client = new TestClient(server.base());
        List<Placed> published = publish(client, "letters", 50, Map.of("flush", "os"));
        server.kill();
        Path segment = segment(server, "letters");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length - 5] ^= 0x10;
        Files.write(segment, bytes);
        server.start();
        assertThat(log(client, "letters")).isEqualTo(published.subList(0, 49));
        assertThat(client.publish("letters", "goes on", null).offset()).isEqualTo(49);
    }

    @Test
    void aQuarantinedPartitionKeepsWhatWasWrittenAheadForIt() throws IOException {
        ServerProcess server = server("a").start();
        TestClient client = new TestClient(server.base());
        publish(client, "letters", 50);
        List<Placed> others = publish(client, "others", 10);
        Path points = server.dataDir().resolve(Path.of("meta", "recovery-points"));
        String point = server.partitionDir("letters", 0).getFileName() + " 50";
        await().atMost(LIMIT)
                .until(() -> Files.exists(points) && Files.readString(points).contains(point));
        server.kill();
        List<Path> ahead = wal(server);
        assertThat(ahead).isNotEmpty();
        Path segment = segment(server, "letters");
        Path aside = directory.resolve("aside.log");
        Files.move(segment, aside);
        assertThat(inspect(server).damages()).isEqualTo(1);
        for (int start = 0; start < 2; start++) {
            server.start();
            assertRefused(503, () -> client.publish("letters", "not here", null));
            assertThat(log(client, "others")).isEqualTo(others);
            assertThat(server.stop()).isZero();
            assertThat(wal(server)).isEqualTo(ahead);
        }
        Files.move(aside, segment);
        server.start();
        assertThat(log(client, "letters")).hasSize(50);
        assertThat(server.stop()).isZero();
        assertThat(wal(server)).isEmpty();
    }

    private static LogInspector.Summary inspect(ServerProcess server) throws IOException {
        return new LogInspector(new FileDisk()).verify(server.dataDir(), new LogInspector.Listener() {});
    }

    private static List<Path> wal(ServerProcess server) throws IOException {
        try (var files = Files.list(server.dataDir().resolve("wal"))) {
            return files.sorted().toList();
        }
    }

    @Test
    void aFlippedBitBeforeTheRecoveryPointQuarantinesThePartition() throws IOException {
        ServerProcess server = server("a").start();
        TestClient client = new TestClient(server.base());
        publish(client, "letters", 50);
        List<Placed> others = publish(client, "others", 10);
        assertThat(server.stop()).isZero();
        Path segment = segment(server, "letters");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[100] ^= 0x10;
        Files.write(segment, bytes);
        server.start();
        // A read of the damaged part is refused; the damaged bytes are not returned.
        assertRefused(503, () -> client.get("/topics/letters/records?partition=0&offset=0"));
        assertRefused(503, () -> client.publish("letters", "not here", null));
        assertThat(log(client, "others")).isEqualTo(others);
        client.publish("others", "goes on", null);
        assertThat(client.get("/health/ready").toString()).contains("letters");
        assertThat(client.metric("letterbox_quarantined_partitions")).isEqualTo(1);
        // Nothing is cut off or deleted automatically, not even by a restart.
        server.restart();
        assertRefused(503, () -> client.get("/topics/letters/records?partition=0&offset=0"));
        server.stop();
        assertThat(segment).hasBinaryContent(bytes);
    }

    private interface Request {
        void run() throws IOException;
    }

    private static void assertRefused(int status, Request request) throws IOException {
        try {
            request.run();
        } catch (TestClient.RefusedException e) {
            assertThat(e.status()).as(e.getMessage()).isEqualTo(status);
            return;
        }
        throw new AssertionError("not refused");
    }

    private static List<Placed> publish(TestClient client, String topic, int records) throws IOException {
        return publish(client, topic, records, Map.of());
    }

    private static List<Placed> publish(TestClient client, String topic, int records, Map<String, String> config)
            throws IOException {
        client.create(topic, 1, config);
        List<Placed> published = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            published.add(client.publish(topic, "letter " + i, null));
        }
        return published;
    }

    private static List<Placed> log(TestClient client, String topic) {
        return client.log(topic).get(new TopicPartition(topic, 0));
    }

    private static Path segment(ServerProcess server, String topic) {
        return server.partitionDir(topic, 0).resolve("00000000000000000000.log");
    }
}

package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line in processes of their own, with a server in a process of its own. */
class CliIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private ServerProcess server;
    private int calls;
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(Process::destroyForcibly);
        if (server != null) server.close();
    }

    private ServerProcess server() {
        server = ServerProcess.in(directory.resolve("server")).start();
        return server;
    }

    @Test
    void whatIsPublishedComesOutOfTailAsItWentIn() throws Exception {
        server();
        byte[] lines = (numbers(1, 20_000) + "\n\r\n\tü \"x\"\\\n").getBytes(StandardCharsets.UTF_8);
        Path input = Files.write(directory.resolve("input"), lines);

        assertThat(finish(
                        cli("publish", "numbers").redirectInput(input.toFile()).start()))
                .isZero();
        assertThat(error()).contains("20003 records acknowledged");
        assertThat(finish(cli("tail", "numbers", "--from", "earliest", "--max", "20003")
                        .start()))
                .isZero();
        assertThat(Files.readAllBytes(output())).isEqualTo(lines);
        assertThat(finish(cli("topics", "list", "--json").start())).isZero();
        assertThat(Files.readString(output())).contains("\"name\":\"numbers\"", "\"records\":20003");
    }

    @Test
    void aPublishThatIsInterruptedSaysWhereToGoOn() throws Exception {
        server();
        Process publish = cli("publish", "numbers", "--json").start();
        OutputStream typing = publish.getOutputStream();
        typing.write(numbers(1, 500).getBytes(StandardCharsets.UTF_8));
        typing.flush();
        TestClient client = new TestClient(server.base());
        await().atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> client.describe("numbers").path("records").asLong() == 500);

        // Not Process.destroy, which would also close the input, and then the order of the two would matter.
        publish.toHandle().destroy();
        assertThat(finish(publish)).isEqualTo(128 + 15);
        assertThat(Files.readString(output()))
                .isEqualTo("{\"complete\":false,\"acknowledged\":500,\"skip\":500,\"uncertain\":0}\n");

        Path input = Files.writeString(directory.resolve("input"), numbers(1, 700));
        assertThat(finish(cli("publish", "numbers", "--skip", "500")
                        .redirectInput(input.toFile())
                        .start()))
                .isZero();
        assertThat(finish(cli("tail", "numbers", "--from", "earliest", "--max", "700")
                        .start()))
                .isZero();
        assertThat(Files.readString(output())).isEqualTo(numbers(1, 700));
    }

    @Test
    void aTailOutlivesItsServer() throws Exception {
        server().set("sse.retryMinMs", 1).set("sse.retryMaxMs", 1).restart();
        publish(1, 100);
        Process tail =
                cli("tail", "numbers", "--from", "earliest", "--max", "200").start();
        Path printed = output();
        await().atMost(LIMIT).until(() -> Files.readString(printed).equals(numbers(1, 100)));

        server.restart();
        publish(101, 200);

        assertThat(finish(tail)).isZero();
        assertThat(Files.readString(printed)).isEqualTo(numbers(1, 200));
    }

    /** Two members of a group, one after the other: the second one starts behind what the first one has printed. */
    @Test
    void aGroupIsReadMovedAndDeleted() throws Exception {
        server();
        publish(1, 20);
        for (int from : new int[] {1, 6}) {
            assertThat(finish(cli("tail", "numbers", "--group", "g", "--from", "earliest", "--max", "5")
                            .start()))
                    .as(error())
                    .isZero();
            assertThat(Files.readString(output())).isEqualTo(numbers(from, from + 4));
        }
        assertThat(finish(cli("groups", "list").start())).isZero();
        assertThat(Files.readString(output())).containsPattern("g +\\S+ +\\S+ +\\d+ +10 +numbers");
        assertThat(finish(cli("groups", "describe", "g", "--json").start())).isZero();
        assertThat(Files.readString(output())).contains("\"offset\":10", "\"lag\":10");
        // The member has left, but the group may not have noticed yet.
        TestClient client = new TestClient(server.base());
        await().atMost(LIMIT)
                .until(() -> client.get("/groups/g").path("members").isEmpty());
        assertThat(finish(cli("groups", "reset", "g", "--shift", "-3", "--dry-run")
                        .start()))
                .as(error())
                .isZero();
        assertThat(Files.readString(output()))
                .containsPattern("numbers/0 +10 +7")
                .contains("nothing was changed");
        assertThat(finish(cli("groups", "reset", "g", "--to", "2", "--topic", "numbers")
                        .start()))
                .as(error())
                .isZero();
        assertThat(client.get("/groups/g").path("offsets").get(0).path("offset").asLong())
                .isEqualTo(2);
        assertThat(finish(cli("groups", "delete", "g", "--yes").start()))
                .as(error())
                .isZero();
        assertThat(finish(cli("groups", "describe", "g").start())).isEqualTo(3);
    }

    @Test
    void keysHeadersAndTombstonesComeOutAsTheyWentIn() throws Exception {
        server();
        Path input = Files.writeString(directory.resolve("input"), "{\"id\":7}\n{\"id\":8}\n");
        assertThat(finish(cli("publish", "keyed", "--key-field", "/id", "--header", "trace=x 1")
                        .redirectInput(input.toFile())
                        .start()))
                .as(error())
                .isZero();
        assertThat(finish(cli("topics", "alter", "keyed", "-c", "cleanup.policy=compact", "-p", "3")
                        .start()))
                .as(error())
                .isZero();
        assertThat(finish(cli("publish", "keyed", "--tombstone", "7").start()))
                .as(error())
                .isZero();
        Files.writeString(input, "8=NIL\n");
        assertThat(finish(cli("publish", "keyed", "-k", "=", "--null-marker", "NIL")
                        .redirectInput(input.toFile())
                        .start()))
                .as(error())
                .isZero();
        for (String key : List.of("7", "8")) {
            assertThat(finish(cli("tail", "keyed", "--key", key, "--from", "earliest", "--max", "2", "--json")
                            .start()))
                    .as(error())
                    .isZero();
            List<String> records = Files.readAllLines(output());
            assertThat(records.get(0))
                    .contains("\"key\":\"" + key + "\"", "\"name\":\"trace\"", "\"value\":{\"id\":" + key + "}");
            assertThat(records.get(1)).contains("\"key\":\"" + key + "\"", "\"value\":null");
        }
    }

    @Test
    void aServersStateIsOneScreen() throws Exception {
        server();
        publish(1, 10);
        assertThat(finish(cli("status").start())).as(error()).isZero();
        assertThat(Files.readString(output()))
                .contains("Health      ready", "Topics      1, with 1 partition and 10 records")
                .containsPattern("Disk +.* of logs, .* free")
                .containsPattern("Letterbox +\\S+, up for ");
        assertThat(finish(cli("topics", "list").start())).isZero();
        assertThat(Files.readString(output())).doesNotContain("__");
        server.close();
        assertThat(finish(cli("status").start())).isEqualTo(4);
        assertThat(error()).contains("no server answers at", "Start one: java -jar", "LETTERBOX_SERVER");
    }

    @Test
    void aStoppedServersLogIsVerifiedAndItsDamageFound() throws Exception {
        server();
        publish(1, 100);
        publish(101, 200);
        assertThat(server.stop()).isZero();
        String data = server.dataDir().toString();

        assertThat(finish(cli("log", "verify", data).start())).isZero();
        assertThat(Files.readString(output())).contains("200 records").contains("sound");
        assertThat(finish(cli("log", "dump", data, "--json", "--from", "150").start()))
                .isZero();
        assertThat(Files.readString(output()).lines()).hasSize(50);

        flipAByteOfTheFirstBatch();
        assertThat(finish(cli("log", "verify", data).start())).isEqualTo(5);
        assertThat(error()).contains("damage: ");
    }

    @Test
    void theLauncherWorksFromAnyDirectory() throws Exception {
        Process version = new ProcessBuilder(
                        Path.of("scripts/letterbox").toAbsolutePath().toString(), "version")
                .directory(directory.toFile())
                .redirectOutput(output().toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        started.add(version);

        assertThat(version.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(version.exitValue()).isZero();
        assertThat(Files.readString(output())).startsWith("letterbox ").contains("(Java ");
    }

    private void publish(int from, int to) throws Exception {
        Path input = Files.writeString(directory.resolve("input-" + from), numbers(from, to));
        assertThat(finish(
                        cli("publish", "numbers").redirectInput(input.toFile()).start()))
                .as(error())
                .isZero();
    }

    private void flipAByteOfTheFirstBatch() throws IOException {
        Path segment = server.partitionDir("numbers", 0).resolve("00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[100] ^= 1;
        Files.write(segment, bytes);
    }

    private static String numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> i + "\n").collect(Collectors.joining());
    }

    /** A command of the JAR; each call writes to files of its own, see {@link #output()} and {@link #error()}. */
    private ProcessBuilder cli(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                ServerProcess.jar().toString()));
        command.addAll(List.of(arguments));
        calls++;
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(output().toFile())
                .redirectError(errorFile().toFile());
        builder.environment().put("LETTERBOX_SERVER", server.base().toString());
        return builder;
    }

    private Path output() {
        return directory.resolve("out-" + calls);
    }

    private Path errorFile() {
        return directory.resolve("err-" + calls);
    }

    private String error() throws IOException {
        return Files.exists(errorFile()) ? Files.readString(errorFile()) : "";
    }

    private int finish(Process process) throws Exception {
        started.add(process);
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .as("ends by itself: " + error())
                .isTrue();
        return process.exitValue();
    }
}

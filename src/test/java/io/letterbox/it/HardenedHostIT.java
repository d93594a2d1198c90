package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.UnsupportedCompressionTypeException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * A hardened machine: its temporary directory allows no execution, or no writing, so that native libraries cannot be
 * unpacked there. Some tests mount file systems, which only root may.
 */
class HardenedHostIT {
    private static final List<String> CODECS = List.of("gzip", "snappy", "lz4", "zstd");
    private static final int WAIT_S = 30;

    @TempDir
    Path directory;

    private final List<Path> mounted = new ArrayList<>();
    private ServerProcess server;

    @BeforeAll
    static void quiet() {
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.OFF);
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) server.close();
        for (Path mount : mounted) run("umount", "-l", mount.toString());
    }

    @Test
    void codecsWorkWhereTheTemporaryDirectoryAllowsNoExecution() throws Exception {
        Path temporary = mount("noexec");
        server = ServerProcess.in(directory.resolve("server"))
                .jvm("-Djava.io.tmpdir=" + temporary)
                .start();
        for (String codec : CODECS) produce("all", codec, "k-" + codec);
        assertThat(get("/topics/all/records?partition=0&offset=0").body()).contains("k-zstd", "k-snappy");
        assertThat(get("/health/ready").body()).contains("\"warnings\":[]");
        awaitCodecs();
        assertThat(get("/metrics").body())
                .contains("letterbox_codec_available{codec=\"zstd\"} 1.0", "letterbox_native_transport 1.0");
        assertThat(server.output()).contains("mounted noexec");
        assertThat(server.dataDir().resolve("natives")).doesNotExist();
    }

    @Test
    void aServerStartsWhereTheTemporaryDirectoryIsReadOnly() throws Exception {
        Path temporary = mount("ro");
        server = ServerProcess.in(directory.resolve("server"))
                .jvm("-Djava.io.tmpdir=" + temporary)
                .start();
        for (String codec : CODECS) produce("all", codec, "k-" + codec);
        assertThat(get("/health/ready").body()).contains("\"warnings\":[]");
    }

    @Test
    void aServerStartsWhereTheTemporaryDirectoryIsMissing() throws Exception {
        server = ServerProcess.in(directory.resolve("server"))
                .jvm("-Djava.io.tmpdir=" + directory.resolve("nowhere"))
                .start();
        for (String codec : CODECS) produce("all", codec, "k-" + codec);
    }

    @Test
    void nothingIsLeftOfTheLibrariesThatWereUnpacked() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        server = ServerProcess.in(directory.resolve("server"))
                .jvm("-Djava.io.tmpdir=" + temporary)
                .start();
        for (String codec : CODECS) produce("all", codec, "k-" + codec);
        awaitCodecs();
        Awaitility.await().atMost(WAIT_S, TimeUnit.SECONDS).until(() -> {
            try (Stream<Path> files = Files.walk(temporary)) {
                return files.map(file -> file.getFileName().toString())
                        .noneMatch(
                                name -> name.contains("zstd") || name.contains("snappy") || name.contains("letterbox"));
            }
        });
    }

    /** The data directory allows no execution either, so no place is left. */
    @Test
    void whatNeedsAMissingCodecIsRefusedInWordsAndCalledNoDamage() throws Exception {
        Path mount = mount("noexec");
        server = ServerProcess.in(directory.resolve("server")).set("node.dataDir", mount.resolve("data"));
        missingCodecs(
                server.jvm("-Djava.io.tmpdir=" + Files.createDirectory(mount.resolve("tmp"))),
                "-Djava.io.tmpdir=" + directory);
    }

    @Test
    void anyOtherReasonForAMissingCodecIsToldTheSameWay() throws Exception {
        server = ServerProcess.in(directory.resolve("server"));
        missingCodecs(
                server.jvm("-DZstdNativePath=/nonexistent.so").jvm("-Dorg.xerial.snappy.disable.bundled.libs=true"));
    }

    /** @param cure flags with which the server works, after those with which it does not */
    private void missingCodecs(ServerProcess hindered, String... cure) throws Exception {
        List<String> hindrances = hindered.jvmFlags();
        hindered.jvmFlags(List.of());
        hindered.start();
        new TestClient(server.base())
                .create(
                        "kept",
                        1,
                        Map.of(
                                "cleanup.policy",
                                "compact",
                                "segment.bytes",
                                "16384",
                                "min.cleanable.dirty.ratio",
                                "0"));
        produce("kept", "none", "plain");
        produce("kept", "zstd", "packed");
        // Two more segments, because compaction does not touch the active one.
        for (int i = 0; i < 2; i++) produce("kept", "none", "behind" + "x".repeat(16_384));
        server.stop();

        hindered.jvmFlags(hindrances);
        hindered.start();
        awaitCodecs();
        assertThat(get("/health/ready").body()).contains("codec-missing", "codec zstd", "codec snappy", "noexec");
        assertThat(get("/metrics").body()).contains("letterbox_codec_available{codec=\"zstd\"} 0.0");
        for (String codec : List.of("zstd", "snappy")) {
            assertThatThrownBy(() -> produce("new", codec, "k"))
                    .isInstanceOf(UnsupportedCompressionTypeException.class);
        }
        produce("new", "gzip", "k");
        HttpResponse<String> before = get("/topics/kept/records?partition=0&offset=0");
        assertThat(before.statusCode()).isEqualTo(200);
        assertThat(before.body()).contains("plain", "\"nextOffset\":1");
        HttpResponse<String> at = get("/topics/kept/records?partition=0&offset=1");
        assertThat(at.statusCode()).isEqualTo(500);
        assertThat(at.body()).contains("CODEC_MISSING", "not damaged");
        assertThat(stream("/topics/kept/events?from=earliest"))
                .contains("data: v-plain", "event: unreadable", "CODEC_MISSING", "\"offset\":1")
                .containsPattern("retry: 6[0-9]{4}");
        // Compaction runs every few seconds; it has run when it has logged that.
        Awaitility.await().atMost(WAIT_S, TimeUnit.SECONDS).until(() -> server.output()
                .contains("kept/0 cannot be compacted"));
        assertThat(get("/health/ready").body()).doesNotContain("quarantine");
        assertThat(server.output()).doesNotContain("damaged at byte").doesNotContain("\tat ");
        server.stop();

        hindered.jvmFlags(List.of(cure));
        hindered.start();
        assertThat(get("/topics/kept/records?partition=0&offset=0").body()).contains("plain");
        assertThat(get("/topics/kept/records?partition=0&offset=1").body()).contains("packed");
        assertThat(get("/topics/kept/records?partition=0&offset=2").body()).contains("behind");
        assertThat(get("/health/ready").body()).contains("\"warnings\":[]");
    }

    private Path mount(String option) throws Exception {
        Path point = Files.createDirectory(directory.resolve("mount-" + option));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=1g," + option, "tmpfs", point.toString()) == 0);
        mounted.add(point);
        return point;
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    }

    private void produce(String topic, String codec, String key) throws Exception {
        Map<String, Object> config = Map.of("bootstrap.servers", server.bootstrap(), "compression.type", codec);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, key, "v-" + key)).get(WAIT_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        }
    }

    /** The codecs are tried in order when the server is ready; the metric of the last one appears last. */
    private void awaitCodecs() {
        Awaitility.await()
                .atMost(WAIT_S, TimeUnit.SECONDS)
                .until(() -> get("/metrics").body().contains("letterbox_codec_available{codec=\"zstd\"}"));
        Awaitility.await()
                .atMost(WAIT_S, TimeUnit.SECONDS)
                .until(() -> !Files.exists(server.dataDir().resolve("natives")));
    }

    private HttpResponse<String> get(String path) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(server.base().resolve(path)).build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }

    /** The whole stream until the server ends it. */
    private String stream(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(server.base().resolve(path))
                .timeout(java.time.Duration.ofSeconds(WAIT_S))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }
}

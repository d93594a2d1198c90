package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.letterbox.it.HonestClient.Report;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Anonymous attackers, from 127.0.0.1, and the harm that they do to an honest client from 127.0.0.2: none. The server
 * has few file descriptors, which makes it weaker.
 */
class HttpAttackIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration WATCHED = Duration.ofSeconds(4);
    private static final int MAX_FILES = 1024;
    private static final int ATTACKERS = 4;
    private static final int ATTEMPTS = 4;
    private static final long PAUSE_MS = 10;

    @TempDir
    private static Path directory;

    private static ServerProcess server;
    private static TestClient client;
    private static HonestClient honest;
    private static Report quiet;

    @BeforeAll
    static void start() throws Exception {
        server = ServerProcess.in(directory)
                .maxFiles(MAX_FILES)
                .jvm("-XX:+ExitOnOutOfMemoryError")
                .start();
        client = new TestClient(server.base());
        honest = HonestClient.begin(server.port());
        honest.reportOf(WATCHED); // Until the code is compiled.
        quiet = honest.reportOf(WATCHED);
    }

    @AfterAll
    static void stop() {
        if (honest != null) honest.close();
        if (server != null) server.close();
    }

    @AfterEach
    void itLives() {
        assertThat(server.isAlive()).as(server.output()).isTrue();
        assertThat(server.output()).doesNotContain("OutOfMemory", "Too many open files");
    }

    @Test
    void connectionsThatSayNothingKeepNobodyOut() throws Exception {
        List<Socket> silent = new ArrayList<>();
        honest.report();
        try {
            for (int i = 0; i < 2 * MAX_FILES; i++) {
                silent.add(
                        new Socket(InetAddress.getLoopbackAddress(), i % 4 == 0 ? server.kafkaPort() : server.port()));
            }
            assertThat(repeatedHarm(() -> honest.reportOf(WATCHED))).isEmpty();
            // There are descriptors left for the server's own files.
            for (int i = 0; i < 20; i++) client.create("made-meanwhile-" + i, 1, Map.of());
            assertThat(client.metric("letterbox_http_connections_turned_away_total"))
                    .isPositive();
            assertThat(client.metric("letterbox_http_silent_connections"))
                    .isLessThan(client.metric("letterbox_limit{name=\"http.maxConnections\"}"));
            await().atMost(LIMIT)
                    .until(() -> client.metric("letterbox_http_silent_connections")
                                    + client.metric("letterbox_kafka_silent_connections")
                            < 10);
        } finally {
            for (Socket socket : silent) socket.close();
        }
        assertThat(server.output().split("for want of room", -1)).hasSizeBetween(2, 4);
    }

    @Test
    void malformedRequestsSlowNobodyDown() throws Exception {
        String both =
                "POST /topics/t HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "0\r\n\r\nGET / HTTP/1.1\r\n\r\n";
        assertThat(harmWhile(both.getBytes(StandardCharsets.US_ASCII))).isEmpty();
    }

    @Test
    void http2ThatIsNotSpokenSlowsNobodyDown() throws Exception {
        assertThat(harmWhile(http2(true))).isEmpty();
    }

    /** HTTP/2 is expensive to serve; but no request is refused, and the server survives. */
    @Test
    void whereHttp2IsSpokenNobodyIsRefusedForIt(@TempDir Path own) throws Exception {
        try (ServerProcess clear = ServerProcess.in(own)
                        .jvm("-XX:+ExitOnOutOfMemoryError")
                        .set("http.h2c", true)
                        .start();
                HonestClient its = HonestClient.begin(clear.port())) {
            for (boolean reset : new boolean[] {false, true}) {
                Report report = reportWhile(its, clear.port(), http2(reset));
                assertThat(report.count()).isPositive();
                assertThat(report.refused()).isEmpty();
            }
            assertThat(clear.isAlive()).as(clear.output()).isTrue();
        }
    }

    private static List<String> harmWhile(byte[] bytes) throws Exception {
        return repeatedHarm(() -> reportWhile(honest, server.port(), bytes));
    }

    /**
     * The harm of which every period shows some: other load on the machine slows requests, too. A request that is
     * refused is never due to that.
     */
    private static List<String> repeatedHarm(Callable<Report> period) throws Exception {
        List<String> harm = List.of();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Report report = period.call();
            harm = report.harmBeside(quiet);
            if (harm.isEmpty() || !report.refused().isEmpty()) break;
        }
        return harm;
    }

    /** The honest client's report while each attacker sends this on one connection after the other. */
    private static Report reportWhile(HonestClient client, int port, byte[] bytes) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> attackers = new ArrayList<>();
        for (int i = 0; i < ATTACKERS; i++) {
            Thread attacker = new Thread(() -> {
                while (!over.get()) {
                    attack(port, bytes);
                    pause();
                }
            });
            attacker.setDaemon(true);
            attacker.start();
            attackers.add(attacker);
        }
        try {
            return client.reportOf(WATCHED);
        } finally {
            over.set(true);
            for (Thread attacker : attackers) attacker.join();
        }
    }

    /** Otherwise attackers and server would compete for the cores of one machine, which no server can prevent. */
    private static void pause() {
        try {
            Thread.sleep(PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void attack(int port, byte[] bytes) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(1_000);
            socket.getOutputStream().write(bytes);
            byte[] sink = new byte[65_536];
            while (socket.getInputStream().read(sink) >= 0) continue;
        } catch (IOException closed) {
            return; // As expected.
        }
    }

    /** A connection of HTTP/2 with many streams, each left open or reset at once; nothing is acknowledged. */
    private static byte[] http2(boolean reset) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(bytes, 4, 0, 0, new byte[0]);
        byte[] get = {
            (byte) 0x82,
            (byte) 0x86,
            0x01,
            9,
            'l',
            'o',
            'c',
            'a',
            'l',
            'h',
            'o',
            's',
            't',
            0x04,
            8,
            '/',
            'c',
            'l',
            'u',
            's',
            't',
            'e',
            'r'
        };
        for (int stream = 1; stream < 2_000; stream += 2) {
            frame(bytes, 1, reset ? 5 : 4, stream, get);
            if (reset) frame(bytes, 3, 0, stream, new byte[] {0, 0, 0, 8});
        }
        return bytes.toByteArray();
    }

    private static void frame(ByteArrayOutputStream bytes, int type, int flags, int stream, byte[] payload) {
        bytes.writeBytes(new byte[] {
            0, 0, (byte) payload.length, (byte) type, (byte) flags, 0, 0, (byte) (stream >> 8), (byte) stream
        });
        bytes.writeBytes(payload);
    }
}

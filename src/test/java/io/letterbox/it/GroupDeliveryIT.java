package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records that a client of a group has not read are delivered again, even if kernels and proxies have accepted them.
 */
class GroupDeliveryIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int MANY = 10_000;

    @TempDir
    private static Path directory;

    private static ServerProcess server;
    private static TestClient client;

    @BeforeAll
    static void start() {
        server = ServerProcess.in(directory).set("shutdown.drainSeconds", 30).start();
        client = new TestClient(server.base());
    }

    @AfterAll
    static void stop() {
        if (server != null) server.close();
    }

    /**
     * A proxy that reads from the server for its one client, and notices that the client has gone when a write to it
     * fails: the second one, because the first is answered with the reset. HAProxy, Apache and Varnish behave like
     * that.
     */
    private static final class DeafProxy implements AutoCloseable {
        private final ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());

        DeafProxy() throws IOException {
            Thread thread = new Thread(this::serve, "deaf-proxy");
            thread.setDaemon(true);
            thread.start();
        }

        int port() {
            return door.getLocalPort();
        }

        private void serve() {
            try (Socket front = door.accept();
                    Socket back = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                byte[] some = new byte[65_536];
                back.getOutputStream().write(some, 0, front.getInputStream().read(some));
                for (int count = back.getInputStream().read(some);
                        count >= 0;
                        count = back.getInputStream().read(some)) {
                    front.getOutputStream().write(some, 0, count);
                }
            } catch (IOException e) {
                // The client has gone: both connections are closed.
            }
        }

        @Override
        public void close() throws IOException {
            door.close();
        }
    }

    private static List<String> lines(String value, int count) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) lines.add("\"" + value + i + "\"");
        return lines;
    }

    private static String path(String topic, String group) {
        return "/topics/" + topic + "/events?group=" + group + "&from=earliest";
    }

    /** A member that has got its assignment. */
    private static RawSubscriber join(int port, String topic, String group) throws IOException {
        RawSubscriber member = new RawSubscriber(port, path(topic, group));
        assertThat(member.nextData()).contains("memberId");
        return member;
    }

    private static JsonNode group(String id) {
        return client.get("/groups/" + id);
    }

    /** The committed offset of the only partition, or -1. */
    private static long committed(String group) {
        JsonNode offset = group(group).path("offsets").path(0).path("offset");
        return offset.isNumber() ? offset.asLong() : -1;
    }

    private static void awaitCommitted(String group, long offset) {
        await().atMost(LIMIT).until(() -> committed(group) == offset);
    }

    private static void awaitMembers(String group, int count) {
        await().atMost(LIMIT).until(() -> group(group).get("members").size() == count);
    }

    @Test
    void nothingOfWhatAClosedWindowHoldsBackIsCommitted() throws Exception {
        client.create("held", 1, Map.of());
        client.publishLines("held", lines("x".repeat(90), MANY), null);
        RawSubscriber busy = join(server.port(), "held", "busy");
        int read = 0;
        for (; read < 110; read++) busy.nextData();
        // Another group is the clock: when it has committed twice, everything of the first group that can be committed
        // is.
        AtomicInteger seen = new AtomicInteger();
        try (SseReader other = new SseReader(server.base().resolve(path("held", "other")), event -> {
            if (event.type().equals("message")) seen.incrementAndGet();
        })) {
            awaitCommitted("other", MANY);
            client.publish("held", "one more", null);
            awaitCommitted("other", MANY + 1);
            assertThat(committed("busy")).isLessThanOrEqualTo(read);
            busy.vanish();
            awaitMembers("busy", 0);
            assertThat(committed("busy")).isLessThanOrEqualTo(read);
            assertThat(other.failure()).isNull();
        }
        assertThat(seen).hasValue(MANY + 1);
        try (RawSubscriber next = join(server.port(), "held", "busy")) {
            String first = next.nextData();
            assertThat(Integer.parseInt(first.replaceAll("[x\"]", ""))).isLessThanOrEqualTo(read);
        }
    }

    @Test
    void whatAProxyTookForAClientThatHasGoneComesAgain() throws Exception {
        client.create("proxied", 1, Map.of());
        try (DeafProxy proxy = new DeafProxy()) {
            RawSubscriber first = join(proxy.port(), "proxied", "behind");
            client.publish("proxied", "before", null);
            assertThat(first.nextData()).isEqualTo("before");
            awaitCommitted("behind", 1);
            first.close();
            // Slowly, one after the other: the proxy accepts at least the first of them.
            for (int i = 0; i < 10; i++) client.publish("proxied", "after" + i, null);
            Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();
            try (SseReader second = new SseReader(server.base().resolve(path("proxied", "behind")), event -> {
                if (event.type().equals("message"))
                    seen.computeIfAbsent(event.data(), d -> new AtomicInteger()).incrementAndGet();
            })) {
                await().atMost(LIMIT).until(() -> seen.size() == 10);
                assertThat(seen).doesNotContainKey("before");
                awaitMembers("behind", 1);
                awaitCommitted("behind", 11);
                assertThat(second.failure()).isNull();
            }
        }
    }

    @Test
    void aShutdownWaitsUntilClientsHaveWhatTheyWereGiven() throws Exception {
        client.create("drained", 1, Map.of());
        AtomicInteger seen = new AtomicInteger();
        try (SseReader reader = new SseReader(server.base().resolve(path("drained", "staying")), event -> {
            if (event.type().equals("message")) seen.incrementAndGet();
        })) {
            awaitMembers("staying", 1);
            client.publishLines("drained", lines("v", 500), null);
            await().atMost(LIMIT).until(() -> seen.get() == 500);
            server.stop();
            server.start();
            assertThat(committed("staying")).isEqualTo(500);
            client.publishLines("drained", lines("w", 100), null);
            await().atMost(LIMIT).until(() -> seen.get() >= 600);
            awaitCommitted("staying", 600);
            assertThat(seen).as("each once").hasValue(600);
            assertThat(reader.failure()).isNull();
        }
    }
}

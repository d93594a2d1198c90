package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thread that is suspended by a debugger is reported as blocked, and a process that is suspended by the system is
 * not.
 */
class BlockedThreadIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int ANSWER_LIMIT_MS = 3_000;

    /**
     * Longer than the time after which a blocked thread is logged, and shorter than the one after which the server is
     * not ready.
     */
    private static final long SUSPENDED_MS = 7_000;

    @TempDir
    Path directory;

    private final int debugPort = ServerProcess.freePort();
    private ServerProcess server;
    private VirtualMachine debugged;

    @BeforeEach
    void start() throws Exception {
        server = ServerProcess.in(directory)
                .jvm("-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,quiet=y,address=127.0.0.1:" + debugPort)
                // One event loop is suspended, another one answers.
                .set("node.eventLoops", 2)
                .start();
        AttachingConnector connector = Bootstrap.virtualMachineManager().attachingConnectors().stream()
                .filter(each -> each.name().equals("com.sun.jdi.SocketAttach"))
                .findFirst()
                .orElseThrow();
        Map<String, Connector.Argument> arguments = connector.defaultArguments();
        arguments.get("hostname").setValue("127.0.0.1");
        arguments.get("port").setValue(Integer.toString(debugPort));
        debugged = connector.attach(arguments);
    }

    @AfterEach
    void stop() {
        if (debugged != null) debugged.dispose();
        if (server != null) server.close();
    }

    @Test
    void aHeldEventLoopAndAHeldShardAreSeen() {
        isSeenWhileHeld("vert.x-eventloop-thread-0");
        isSeenWhileHeld("letterbox-storage-0-0");
    }

    private void isSeenWhileHeld(String thread) {
        ThreadReference held = thread(thread);
        Pattern line = Pattern.compile("The thread (\\S+) has been blocked for \\S+ s: " + thread + " is in ");
        held.suspend();
        try {
            String name = await().atMost(LIMIT).until(() -> first(line), found -> !found.isEmpty());
            await().atMost(LIMIT).untilAsserted(() -> assertThat(page("/health/ready"))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("\"status\":\"blocked\"", "The thread " + name + " has been blocked for "));
            assertThat(answered(() -> page("/metrics")))
                    .contains("letterbox_ready 0.0")
                    .doesNotContain("letterbox_thread_blocked_seconds{thread=\"" + name + "\"} 0.0");
            assertThat(answered(() -> page("/health/live")))
                    .as("what no restart mends wants none")
                    .startsWith("HTTP/1.1 200 ");
        } finally {
            held.resume();
        }
        String name = first(line);
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(page("/health/ready")).startsWith("HTTP/1.1 200 "));
        await().atMost(LIMIT).until(() -> server.output().contains("The thread " + name + " goes on after "));
        assertThat(server.output().split("The thread " + name + " has been blocked", -1))
                .hasSize(2);
    }

    private String first(Pattern line) {
        Matcher matcher = line.matcher(server.output());
        return matcher.find() ? matcher.group(1) : "";
    }

    @Test
    void aSuspendedProcessHasNoBlockedThread() throws Exception {
        signal("STOP");
        Thread.sleep(SUSPENDED_MS);
        signal("CONT");
        await().atMost(LIMIT).until(() -> server.output().contains("The whole process stood still for "));
        assertThat(answered(() -> page("/health/ready"))).startsWith("HTTP/1.1 200 ");
        assertThat(answered(() -> page("/metrics"))).doesNotContain("letterbox_standstill_seconds_total 0.0");
        assertThat(server.output()).doesNotContain("has been blocked");
    }

    private ThreadReference thread(String name) {
        return debugged.allThreads().stream()
                .filter(thread -> thread.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void signal(String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(server.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private static String answered(Supplier<String> asked) {
        return await().atMost(LIMIT).until(asked::get, answer -> !answer.isEmpty());
    }

    /** A page, requested over a new connection; null if that belongs to the suspended event loop. */
    private String page(String path) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(ANSWER_LIMIT_MS);
            socket.connect(new InetSocketAddress("127.0.0.1", server.port()), ANSWER_LIMIT_MS);
            String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException held) {
            return "";
        }
    }
}

package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order in which a server stops, and what makes it stop at once. */
class StopIT {
    private static final int FOR_EVER_SECONDS = 600;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    Path directory;

    private ServerProcess server;

    @BeforeEach
    void prepare() {
        server = ServerProcess.in(directory);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private int publish() throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(server.base().resolve("/topics/t"))
                                .timeout(Duration.ofSeconds(20))
                                .POST(BodyPublishers.ofString("x"))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    private int ready() throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(server.base().resolve("/health/ready"))
                                .timeout(Duration.ofSeconds(20))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    private void awaitNotReady() {
        await().until(() -> ready() == 503);
    }

    private void interrupt() throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-INT", Long.toString(server.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void healthTurnsRedBeforeTheDoorsClose() throws Exception {
        server.set("shutdown.notReadySeconds", 3).start();
        assertThat(publish()).isEqualTo(200);
        server.terminate();
        awaitNotReady();
        // A balancer that has seen the server not ready still gets answers, also on new connections.
        for (int i = 0; i < 10; i++) {
            assertThat(ready()).isEqualTo(503);
            assertThat(publish()).isEqualTo(200);
        }
        HttpClient stranger =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        assertThat(stranger.send(
                                HttpRequest.newBuilder(server.base().resolve("/topics/t"))
                                        .build(),
                                BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(200);
        assertThat(server.awaitExit()).as(server.output()).isZero();
    }

    @Test
    void somebodyAtATerminalDoesNotWait() throws Exception {
        server.interruptible().set("shutdown.notReadySeconds", FOR_EVER_SECONDS).start();
        interrupt();
        assertThat(server.awaitExit()).as(server.output()).isZero();
    }

    @Test
    void aSecondSignalEndsItAtOnceAndLosesNothing() throws Exception {
        server.set("shutdown.notReadySeconds", FOR_EVER_SECONDS).start();
        assertThat(publish()).isEqualTo(200);
        server.terminate();
        awaitNotReady();
        assertThat(publish()).isEqualTo(200);
        // Repeated until it counts as a second one: the first may have been sent twice.
        await().pollInterval(Duration.ofMillis(200)).until(() -> {
            if (server.isAlive()) server.terminate();
            return !server.isAlive();
        });
        assertThat(server.awaitExit()).isEqualTo(1);
        server.set("shutdown.notReadySeconds", 0).start();
        String records = client.send(
                        HttpRequest.newBuilder(server.base().resolve("/topics/t/records"))
                                .build(),
                        BodyHandlers.ofString())
                .body();
        assertThat(records).contains("\"nextOffset\":2");
    }
}

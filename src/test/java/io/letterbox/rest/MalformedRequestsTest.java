package io.letterbox.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.letterbox.record.TopicName;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Ten thousand malformed requests: none gets a 5xx (except for unknown codings), none hangs, none leaks anything.
 * Replay one with {@code mvn test -Dtest=MalformedRequestsTest -Dletterbox.malformedSeed=N}.
 */
class MalformedRequestsTest {
    private static final int REQUESTS = 10_000;
    private static final int CLIENTS = 4;
    private static final int MAX_FAILURES = 8;
    private static final int PATIENCE_MS = 30_000;

    private final AtomicInteger answered = new AtomicInteger();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    @Test
    void noneIsAnsweredWithAServerErrorNoneHangsAndNoneLeaks() throws Exception {
        Long only = Long.getLong("letterbox.malformedSeed");
        try (TestDoor door = new TestDoor(TestDoor.smallLimits(), true)) {
            if (only != null) {
                check(door, only);
            } else {
                checkAll(door);
                assertThat(failures).isEmpty();
                assertThat(answered.get()).isGreaterThan(REQUESTS / 2);
            }
            assertThat(failures).isEmpty();
            await().until(() -> door.entrance.open() == 0);
            await().until(() -> door.budget.usedBytes() == 0);
            assertThat(door.ingress.waitingPages()).isZero();
            assertThat(door.storage.metadata().image().topics().keySet()).allMatch(TopicName::isValid);
            assertThat(door.get("/cluster").statusCode()).isEqualTo(200);
        }
    }

    private void checkAll(TestDoor door) throws InterruptedException, ExecutionException {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                int first = client;
                running.add(clients.submit(() -> {
                    for (long seed = first; seed < REQUESTS && failures.size() < MAX_FAILURES; seed += CLIENTS)
                        check(door, seed);
                }));
            }
            for (Future<?> client : running) client.get();
        } finally {
            clients.shutdownNow();
        }
    }

    private void check(TestDoor door, long seed) {
        MalformedRequest request = MalformedRequest.of(seed);
        String answer;
        try {
            answer = send(door, request);
        } catch (IOException e) {
            failures.add("It hangs; replay with -Dletterbox.malformedSeed=" + seed);
            return;
        }
        if (!answer.isEmpty()) answered.incrementAndGet();
        boolean good = answer.isEmpty() ? !request.framed() : answer.matches("(?s)HTTP/1\\.[01] ([1234]\\d\\d|501) .*");
        if (!good) {
            failures.add("Wrong answer; replay with -Dletterbox.malformedSeed=" + seed + ": "
                    + answer.substring(0, Math.min(answer.length(), 300)));
        }
    }

    private static String send(TestDoor door, MalformedRequest request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", door.port())) {
            socket.setSoTimeout(PATIENCE_MS);
            try {
                socket.getOutputStream().write(request.bytes());
                if (!request.framed()) socket.shutdownOutput();
            } catch (IOException closedEarly) {
                // The server has closed the connection; its response is read all the same.
            }
            byte[] answer;
            try {
                answer = socket.getInputStream().readAllBytes();
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (IOException reset) {
                answer = new byte[0];
            }
            return new String(answer, StandardCharsets.ISO_8859_1);
        }
    }
}

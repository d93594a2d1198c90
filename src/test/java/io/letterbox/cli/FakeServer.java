package io.letterbox.cli;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server that gives prepared answers, in order, and keeps the requests. */
final class FakeServer implements AutoCloseable {
    /** A request: method and path with query, the headers that matter, the body. */
    record ReceivedRequest(String line, String contentType, String lastEventId, String body) {}

    private record Answer(int status, String contentType, String body, String retryAfter, boolean staysOpen) {
        Answer(int status, String contentType, String body, String retryAfter) {
            this(status, contentType, body, retryAfter, false);
        }
    }

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<ReceivedRequest> asked = new CopyOnWriteArrayList<>();
    private final CountDownLatch broken = new CountDownLatch(1);
    private volatile Headers headers;

    FakeServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    FakeServer answer(int status, String body) {
        answers.add(new Answer(status, "application/json", body, null));
        return this;
    }

    FakeServer problem(int status, String code, String detail) {
        String body =
                "{\"title\":\"t\",\"status\":" + status + ",\"code\":\"" + code + "\",\"detail\":\"" + detail + "\"}";
        answers.add(new Answer(status, "application/problem+json", body, status == 429 ? "0" : null));
        return this;
    }

    /** Sends events, and closes the connection. */
    FakeServer events(String... lines) {
        answers.add(new Answer(200, "text/event-stream", String.join("\n", lines) + "\n", null));
        return this;
    }

    /** Sends events, and nothing more, on a connection that stays open until {@link #breakSilence}. */
    FakeServer silentEvents(String... lines) {
        answers.add(new Answer(200, "text/event-stream", String.join("\n", lines) + "\n", null, true));
        return this;
    }

    void breakSilence() {
        broken.countDown();
    }

    /** The headers of the last request. */
    Headers headers() {
        return headers;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<ReceivedRequest> asked() {
        return asked;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            headers = exchange.getRequestHeaders();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            asked.add(new ReceivedRequest(
                    exchange.getRequestMethod() + " " + exchange.getRequestURI(),
                    exchange.getRequestHeaders().getFirst("Content-Type"),
                    exchange.getRequestHeaders().getFirst("Last-Event-ID"),
                    body));
            Answer answer;
            synchronized (answers) {
                answer = answers.poll();
            }
            send(exchange, answer == null ? new Answer(500, "text/plain", "nothing is prepared", null) : answer);
        }
    }

    private void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.contentType());
        if (answer.retryAfter() != null) {
            exchange.getResponseHeaders().set("Retry-After", answer.retryAfter());
        }
        if (answer.staysOpen()) {
            exchange.sendResponseHeaders(answer.status(), 0);
            exchange.getResponseBody().write(bytes);
            exchange.getResponseBody().flush();
            stay();
            return;
        }
        exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(bytes);
            }
        }
    }

    private void stay() {
        try {
            broken.await();
        } catch (InterruptedException closed) {
            // The test is over.
        }
    }

    @Override
    public void close() {
        breakSilence();
        server.stop(0);
        threads.shutdownNow();
    }
}

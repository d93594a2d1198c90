package io.letterbox.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The client of a server's HTTP API: JSON in and out, and every refusal as a {@link Failure} with the server's own
 * message (RFC 9457). Of a cluster it knows several nodes, and goes on at the next when one is gone: with every request
 * that has not reached that one, and with those that may be sent twice. Used by one thread.
 */
final class ServerClient {
    static final JsonMapper JSON = new JsonMapper();

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final int MAX_PROBLEM_BYTES = 64 * 1024;

    private static final int MAX_TRIES = 20;
    private static final long SHORTEST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 10_000;

    /** The nodes' addresses, the one that is used first. */
    private final List<URI> bases;

    private final HttpClient http;

    ServerClient(URI base) {
        this(List.of(base));
    }

    /** @param bases the addresses of the nodes, without a slash at their end; at least one */
    ServerClient(List<URI> bases) {
        this.bases = new ArrayList<>(bases);
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    /** A name as a segment of a path. */
    static String segment(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private URI base() {
        return bases.get(0);
    }

    /** How many nodes are known. */
    int nodes() {
        return bases.size();
    }

    /** Adds what a node tells of the others, if that is where this client reached it: else a proxy stands between. */
    void learn(Collection<URI> nodes) {
        if (!nodes.contains(base())) return;
        for (URI node : nodes) if (!bases.contains(node)) bases.add(node);
    }

    /** Goes on at the next node. */
    void next() {
        Collections.rotate(bases, -1);
    }

    JsonNode get(String path) {
        return json(() -> request(path).GET(), true);
    }

    JsonNode put(String path, JsonNode body) {
        return json(() -> request(path).PUT(bodyOf(body)).header("Content-Type", "application/json"), false);
    }

    JsonNode patch(String path, JsonNode body) {
        return json(
                () -> request(path).method("PATCH", bodyOf(body)).header("Content-Type", "application/json"), false);
    }

    JsonNode post(String path) {
        return json(() -> request(path).POST(BodyPublishers.noBody()), false);
    }

    JsonNode delete(String path) {
        return json(() -> request(path).DELETE(), false);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base() + path));
    }

    /**
     * Sends a request and waits for the whole response, whatever its status. Tries each node once.
     *
     * @param request for the node that is used
     * @param repeatable whether the request does no harm if it is done twice
     * @throws Failure if there is no response
     */
    HttpResponse<byte[]> send(Supplier<HttpRequest.Builder> request, boolean repeatable) {
        for (int left = bases.size(); ; left--) {
            try {
                return http.send(request.get().timeout(ANSWER_TIMEOUT).build(), BodyHandlers.ofByteArray());
            } catch (IOException e) {
                boolean unsent = Unreachable.isUnsent(e);
                if (left <= 1 || !unsent && !repeatable) throw unreachable(e);
                next();
            } catch (InterruptedException e) {
                throw new Failure(ExitCode.FAILED, "interrupted");
            }
        }
    }

    /**
     * As {@link #send}, and again after a pause if the server is busy (429). It answers that before it writes anything,
     * so the request may be repeated.
     *
     * @param repeatable whether the request does no harm if it is done twice
     * @param stopped whether the caller no longer wants to wait
     */
    HttpResponse<byte[]> sendWithRetries(
            Supplier<HttpRequest.Builder> request, boolean repeatable, BooleanSupplier stopped)
            throws InterruptedException {
        HttpResponse<byte[]> response = send(request, repeatable);
        for (int tries = 1; response.statusCode() == 429 && tries < MAX_TRIES && !stopped.getAsBoolean(); tries++) {
            long seconds = response.headers().firstValueAsLong("Retry-After").orElse(1);
            Thread.sleep(Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, seconds * 1000)));
            response = send(request, repeatable);
        }
        return response;
    }

    /**
     * Sends a request with an endless response; the caller closes its body.
     *
     * @throws IOException if there is no response
     */
    HttpResponse<InputStream> open(HttpRequest.Builder request) throws IOException {
        try {
            return http.send(request.build(), BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            throw new Failure(ExitCode.FAILED, "interrupted");
        }
    }

    /** The failure for a failed connection. */
    Failure unreachable(IOException e) {
        return new Failure(ExitCode.UNREACHABLE, "UNREACHABLE", Unreachable.sentence(base(), e));
    }

    /** The failure for a status that is not 2xx: with the problem document's sentence, if there is one. */
    static Failure refusal(HttpResponse<?> response, byte[] body) {
        int status = response.statusCode();
        String code = "HTTP_" + status;
        String sentence = "the server answered " + status + foreignResponse(response, body);
        try {
            JsonNode problem = body.length > MAX_PROBLEM_BYTES ? null : JSON.readTree(body);
            if (problem != null && problem.isObject()) {
                code = problem.path("code").asText(code);
                String title = problem.path("title").asText(sentence);
                String detail = problem.path("detail").asText("");
                sentence = detail.isEmpty() ? title : detail;
            }
        } catch (IOException e) {
            // The response of an intermediary; only its status can be used.
        }
        return new Failure(status < 500 ? ExitCode.REFUSED : ExitCode.FAILED, code, sentence);
    }

    /** The message for a response that did not come from a Letterbox server itself. */
    private static String foreignResponse(HttpResponse<?> response, byte[] body) {
        int status = response.statusCode();
        if (status / 100 == 3) {
            String place = response.headers().firstValue("Location").orElse("nowhere");
            return ", which leads to " + place + "; name the right address with --server";
        }
        String text = new String(body, 0, Math.min(body.length, MAX_PROBLEM_BYTES), StandardCharsets.ISO_8859_1);
        boolean wantsTls = status == 400 && (text.contains("HTTPS") || text.contains("SSL-enabled"));
        return wantsTls ? ": it speaks TLS there; begin the address with https://" : "";
    }

    private JsonNode json(Supplier<HttpRequest.Builder> request, boolean repeatable) {
        HttpResponse<byte[]> response = send(() -> request.get().header("Accept", "application/json"), repeatable);
        if (response.statusCode() / 100 != 2) {
            throw refusal(response, response.body());
        }
        try {
            JsonNode answer = JSON.readTree(response.body());
            return answer == null || answer.isMissingNode() ? JSON.createObjectNode() : answer;
        } catch (IOException e) {
            throw new Failure(ExitCode.FAILED, "the answer is not JSON; is " + base() + " a Letterbox server?");
        }
    }

    private static BodyPublisher bodyOf(JsonNode body) {
        try {
            return BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}

package io.letterbox.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A server as the commands see it: JSON in and out, and every refusal as a {@link Failure} with the server's own words
 * (RFC 9457). Used by one thread.
 */
final class ServerClient {
    static final JsonMapper JSON = new JsonMapper();

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final int MAX_PROBLEM_BYTES = 64 * 1024;

    private final URI base;
    private final HttpClient http;

    ServerClient(URI base) {
        this.base = base;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    /** A name as a part of a path. */
    static String segment(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    JsonNode get(String path) {
        return json(request(path).GET());
    }

    JsonNode put(String path, JsonNode body) {
        return json(request(path).PUT(bodyOf(body)).header("Content-Type", "application/json"));
    }

    JsonNode post(String path) {
        return json(request(path).POST(BodyPublishers.noBody()));
    }

    JsonNode delete(String path) {
        return json(request(path).DELETE());
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path));
    }

    /**
     * Sends a request and waits for the whole answer, whatever its status.
     *
     * @throws Failure when there is no answer
     */
    HttpResponse<byte[]> send(HttpRequest.Builder request) {
        try {
            return http.send(request.timeout(ANSWER_TIMEOUT).build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw unreachable(e);
        } catch (InterruptedException e) {
            throw new Failure(ExitCode.FAILED, "interrupted");
        }
    }

    /**
     * Sends a request whose answer goes on and on; the caller closes its body.
     *
     * @throws IOException when there is no answer
     */
    HttpResponse<InputStream> open(HttpRequest.Builder request) throws IOException {
        try {
            return http.send(request.build(), BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            throw new Failure(ExitCode.FAILED, "interrupted");
        }
    }

    /** What a failed connection means to the person who called. */
    Failure unreachable(IOException e) {
        boolean nobody = e instanceof ConnectException || e.getCause() instanceof UnresolvedAddressException;
        if (nobody && !(e instanceof HttpTimeoutException)) {
            return new Failure(
                    ExitCode.UNREACHABLE,
                    "UNREACHABLE",
                    "no server answers at " + base + "; is it running? (start one: letterbox serve)");
        }
        String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new Failure(ExitCode.UNREACHABLE, "UNREACHABLE", "the server at " + base + " went away: " + reason);
    }

    /** What a status that is not 2xx means: the problem document's sentence, where there is one. */
    static Failure refusal(int status, byte[] body) {
        String code = "HTTP_" + status;
        String sentence = "the server answered " + status;
        try {
            JsonNode problem = body.length > MAX_PROBLEM_BYTES ? null : JSON.readTree(body);
            if (problem != null && problem.isObject()) {
                code = problem.path("code").asText(code);
                String title = problem.path("title").asText(sentence);
                String detail = problem.path("detail").asText("");
                sentence = detail.isEmpty() ? title : detail;
            }
        } catch (IOException e) {
            // An answer of something between us and the server; its status has to do.
        }
        return new Failure(status < 500 ? ExitCode.REFUSED : ExitCode.FAILED, code, sentence);
    }

    private JsonNode json(HttpRequest.Builder request) {
        HttpResponse<byte[]> response = send(request.header("Accept", "application/json"));
        if (response.statusCode() / 100 != 2) {
            throw refusal(response.statusCode(), response.body());
        }
        try {
            JsonNode answer = JSON.readTree(response.body());
            return answer == null || answer.isMissingNode() ? JSON.createObjectNode() : answer;
        } catch (IOException e) {
            throw new Failure(ExitCode.FAILED, "the answer is not JSON; is " + base + " a Letterbox server?");
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

package io.letterbox.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.error.OutOfOrderSequenceException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A problem document (RFC 9457): the body of every refusal over HTTP.
 *
 * <pre>
 * {"type":"urn:letterbox:problem:unknown-topic", one per {@link ErrorCode}
 *  "title":"The topic does not exist",           the same for every occurrence
 *  "status":404,
 *  "code":"UNKNOWN_TOPIC",                       the name in {@link ErrorCode}
 *  "detail":"There is no topic named …",         this occurrence, for a person
 *  …}                                            members of this code, e.g. logStartOffset
 * </pre>
 *
 * @param code the kind of refusal
 * @param detail a sentence for a person
 * @param members further members, in the order in which they are written
 */
public record Problem(ErrorCode code, String detail, Map<String, Object> members) {
    /** RFC 9457 section 3. */
    public static final CharSequence CONTENT_TYPE = HttpHeaders.createOptimized("application/problem+json");

    /** How many seconds a client should wait if a limit of this server is reached. */
    public static final int RETRY_AFTER_SECONDS = 1;

    /** The member with the accepted values, as in the header {@code Accept}. */
    public static final String ACCEPTED = "accepted";

    /** The member with the largest value allowed: bytes, records, or what the sentence counts. */
    public static final String LIMIT = ApiException.LIMIT;

    /** The header with the Producer-Seq that would be right, for a refusal because of a gap. */
    private static final CharSequence EXPECTED = HttpHeaders.createOptimized("Producer-Expected-Seq");

    /** W3C Linked Data Platform 1.0, section 7.1. */
    private static final CharSequence ACCEPT_POST = HttpHeaders.createOptimized("Accept-Post");

    private static final Logger LOG = LoggerFactory.getLogger(Problem.class);

    /** A problem without further members. */
    public static Problem of(ErrorCode code, String detail) {
        return new Problem(code, detail, Map.of());
    }

    /** The problem for a failure. An unexpected failure is logged here, and its details are not shown to the client. */
    public static Problem of(Throwable failure) {
        if (failure instanceof ProblemException refusal) return refusal.problem();
        if (failure instanceof ApiException refusal) {
            return new Problem(refusal.code(), refusal.getMessage(), new TreeMap<>(refusal.facts()));
        }
        LOG.error("A request failed for a reason that is not the client's", failure);
        return of(ErrorCode.INTERNAL, "The server failed in a way that it did not expect; its log says more.");
    }

    /** This problem with one more member. */
    public Problem with(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(members);
        more.put(name, value);
        return new Problem(code, detail, more);
    }

    /** The document as JSON. */
    public Buffer toBuffer() {
        ObjectNode document = Json.MAPPER.createObjectNode();
        document.put("type", "urn:letterbox:problem:" + code.slug());
        document.put("title", code.title());
        document.put("status", code.httpStatus());
        document.put("code", code.name());
        document.put("detail", detail);
        members.forEach(document::putPOJO);
        return Json.encode(document);
    }

    /** Answers with this problem, unless the response has begun or the client has gone. */
    public void send(HttpServerResponse response) {
        if (response.headWritten() || response.ended() || response.closed()) return;
        addHeaders(response);
        response.setStatusCode(code.httpStatus())
                .putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(toBuffer());
    }

    /** Adds the headers for clients that do not read the body. {@code Allow} is set by the router. */
    private void addHeaders(HttpServerResponse response) {
        switch (code.httpStatus()) {
            case 429, 503, 507 -> response.putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(RETRY_AFTER_SECONDS));
            case 416 -> {
                // RFC 9110, section 14.4, with a range unit of our own.
                Object end = members.get("highWatermark");
                if (end != null) response.putHeader(HttpHeaders.CONTENT_RANGE, "offsets */" + end);
            }
            default -> {}
        }
        switch (code) {
            case UNSUPPORTED_CONTENT_CODING ->
                response.putHeader(HttpHeaders.ACCEPT_ENCODING, ContentCoding.accepted());
            case UNSUPPORTED_MEDIA_TYPE -> {
                Object types = members.get(ACCEPTED);
                if (types == null) return;
                response.putHeader(HttpHeaders.ACCEPT, types.toString());
                response.putHeader(ACCEPT_POST, types.toString());
            }
            case OUT_OF_ORDER_SEQUENCE -> {
                Object expected = members.get(OutOfOrderSequenceException.EXPECTED_SEQUENCE);
                if (expected != null) response.putHeader(EXPECTED, expected.toString());
            }
            default -> {}
        }
    }

    /** Answers a routed request with the problem of a failure. */
    public static void send(RoutingContext context, Throwable failure) {
        of(failure).send(context.response());
    }
}

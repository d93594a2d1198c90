package io.letterbox.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;

/** Parses and writes JSON where speed does not matter, with one shared mapper. */
public final class Json {
    /** The deepest nesting of a document, so that no request can exhaust a stack. */
    public static final int MAX_DEPTH = 100;

    /** The content type of JSON, ready for a header. */
    public static final CharSequence CONTENT_TYPE = HttpHeaders.createOptimized("application/json");

    /**
     * Strict: no duplicate names, nothing behind the document, bounded depth. Safe on any thread; do not reconfigure.
     */
    public static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            // Numbers that are parsed and written again keep their digits: 1.0 stays 1.0.
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    static {
        MAPPER.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxStringLength(Integer.MAX_VALUE)
                        .build());
    }

    private Json() {}

    /**
     * Parses a document that has to be an object.
     *
     * @throws ApiException INVALID_REQUEST, with the position of the first error
     */
    public static ObjectNode parseObject(Buffer body) {
        if (parse(body.getBytes()) instanceof ObjectNode object) return object;
        throw new ApiException(ErrorCode.INVALID_REQUEST, "The body has to be a JSON object.");
    }

    /**
     * Parses a document.
     *
     * @throws ApiException INVALID_REQUEST, with the position of the first error
     */
    public static JsonNode parse(byte[] text) {
        try (JsonParser parser = MAPPER.createParser(text)) {
            JsonNode node = MAPPER.readTree(parser);
            if (node == null || node.isMissingNode()) {
                throw new ApiException(ErrorCode.INVALID_REQUEST, "The body is empty; it has to be JSON.");
            }
            if (parser.nextToken() != null) {
                throw new ApiException(ErrorCode.INVALID_REQUEST, "There is more than one JSON document in the body.");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "The body is not valid JSON" + place(e) + ".");
        } catch (IOException e) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "The body is not valid JSON in UTF-8.");
        }
    }

    /** The position of a syntax error, as a phrase that follows a statement; empty if unknown. */
    public static String place(JsonProcessingException e) {
        return e.getLocation() == null
                ? ""
                : ", at line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
    }

    /** Writes a document that was built here, which cannot fail. */
    public static Buffer encode(Object value) {
        try {
            return Buffer.buffer(MAPPER.writeValueAsBytes(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not expressible in JSON: " + value.getClass(), e);
        }
    }

    /** Answers with a document, unless the client has gone. */
    public static void send(HttpServerResponse response, int status, Object value) {
        if (response.ended() || response.closed()) return;
        response.setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
                .end(encode(value));
    }
}

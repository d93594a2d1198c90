package io.letterbox.rest;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.Problem;
import java.util.Locale;
import java.util.Map;

/** The form of a publish's body, by its method or its content type. */
enum PublishForm {
    /** The body is one record's value, whatever its type. */
    SINGLE,
    /** One record per line. */
    NDJSON,
    /** The batch form of Confluent's REST proxy v2 with JSON keys and values. */
    REST_JSON,
    /** The batch form of Confluent's REST proxy v2 with base64 keys and values. */
    REST_BINARY,
    /** There is no body: a record with a key and no value, so that compaction removes the key's former records. */
    TOMBSTONE;

    /** The accepted content types, for the header {@code Accept}; any other type is a single value. */
    private static final String ACCEPTED =
            "application/x-ndjson, application/vnd.kafka.json.v2+json," + " application/vnd.kafka.binary.v2+json, */*";

    /**
     * The form of a content type, whose parameters are ignored, except the character set.
     *
     * @param contentType null if there is none
     * @throws ApiException UNSUPPORTED_MEDIA_TYPE for batch forms in another character set than UTF-8
     */
    static PublishForm of(String contentType) {
        if (contentType == null) return SINGLE;
        int semicolon = contentType.indexOf(';');
        String type = (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                .trim()
                .toLowerCase(Locale.ROOT);
        PublishForm form =
                switch (type) {
                    case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines" ->
                        NDJSON;
                    case "application/vnd.kafka.json.v2+json" -> REST_JSON;
                    case "application/vnd.kafka.binary.v2+json" -> REST_BINARY;
                    default -> SINGLE;
                };
        if (type.startsWith("application/vnd.kafka.") && form == SINGLE) {
            throw refused("Of the REST proxy's forms, application/vnd.kafka.json.v2+json and"
                    + " application/vnd.kafka.binary.v2+json are understood.");
        }
        if (form != SINGLE && semicolon >= 0) requireUtf8(contentType.substring(semicolon));
        return form;
    }

    private static void requireUtf8(String parameters) {
        String lower = parameters.toLowerCase(Locale.ROOT).replace("\"", "").replace(" ", "");
        int charset = lower.indexOf("charset=");
        if (charset < 0 || lower.startsWith("utf-8", charset + 8) || lower.startsWith("us-ascii", charset + 8)) return;
        throw refused("Batches have to be in UTF-8.");
    }

    private static ApiException refused(String detail) {
        return new ApiException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, detail, Map.of(Problem.ACCEPTED, ACCEPTED));
    }
}

package io.letterbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The body of a request in the REST proxy's binary form, which can carry any bytes:
 *
 * <pre>
 * {"records":[{"key":"base64","value":"base64"},…]}   the key only where lines have keys; the value may be null
 * </pre>
 */
final class BinaryBatch implements LineBatch {
    private static final byte[] HEAD = "{\"records\":[".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEY = "{\"key\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VALUE_BEHIND_KEY = "\",\"value\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VALUE = "{\"value\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RECORD_END = "}".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TAIL = "]}".getBytes(StandardCharsets.US_ASCII);

    private final ByteArrayOutputStream json = new ByteArrayOutputStream(1 << 16);
    private int records;

    BinaryBatch() {
        json.writeBytes(HEAD);
    }

    /**
     * Adds a record.
     *
     * @param keyOrNull null for a record without a key
     * @param valueOrNull null for a tombstone
     */
    void add(byte[] keyOrNull, byte[] valueOrNull) {
        if (records++ > 0) {
            json.write(',');
        }
        if (keyOrNull == null) {
            json.writeBytes(VALUE);
        } else {
            json.writeBytes(KEY);
            json.writeBytes(Base64.getEncoder().encode(keyOrNull));
            json.writeBytes(VALUE_BEHIND_KEY);
        }
        if (valueOrNull == null) {
            json.writeBytes(NULL);
        } else {
            json.write('"');
            json.writeBytes(Base64.getEncoder().encode(valueOrNull));
            json.write('"');
        }
        json.writeBytes(RECORD_END);
    }

    @Override
    public String query() {
        return "";
    }

    @Override
    public String contentType() {
        return "application/vnd.kafka.binary.v2+json";
    }

    @Override
    public int records() {
        return records;
    }

    @Override
    public byte[] finish() {
        json.writeBytes(TAIL);
        return json.toByteArray();
    }

    /** The answer has an entry for each record, in order. */
    @Override
    public int acknowledged(JsonNode answer) {
        int acknowledged = 0;
        while (acknowledged < records
                && answer.path("offsets").path(acknowledged).hasNonNull("offset")) {
            acknowledged++;
        }
        return acknowledged;
    }

    @Override
    public String refusal(JsonNode answer) {
        return answer.path("offsets").path(acknowledged(answer)).path("error").asText("no reason given");
    }
}

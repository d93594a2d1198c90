package io.letterbox.rest;

import com.fasterxml.jackson.core.JsonPointer;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.ContentCoding;
import io.letterbox.http.Percent;
import io.letterbox.http.Query;
import io.letterbox.record.RecordHeader;
import io.netty.util.AsciiString;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The head of a publish, parsed in one pass over its headers. Query parameters:
 *
 * <pre>
 * key        of the record (one value, tombstone) or of all of them (NDJSON); its UTF-8 bytes
 * partition  where to, else the key decides, else the server
 * timestamp  of the record or of all of them: milliseconds since 1970 or an ISO time; else now
 * keyField   NDJSON: a JSON pointer (RFC 6901) to the member of each line that is its key
 * ack        NDJSON: records (one result per record) or runs (one per run of successive offsets)
 * </pre>
 *
 * <p>Headers {@code Letterbox-Header-<name>} become record headers {@code <name>} in UTF-8, whatever the client can
 * send: see {@link HeaderText}, also for {@code Letterbox-Header-<name>*}. Those of CloudEvents in binary mode,
 * {@code ce-<name>}, become {@code ce_<name>} (the names of the Kafka binding of CloudEvents 1.0, section 3.2.3). Names
 * are in lower case, because HTTP/2 knows no other. Those that let a request be repeated are at {@link ProducerHead}.
 */
final class PublishHead {
    /**
     * The content type that curl -d sends by default; as it says nothing about the body, it becomes no header of the
     * record.
     */
    private static final String UNTOLD = "application/x-www-form-urlencoded";

    private static final Set<String> SINGLE_PARAMETERS = Set.of("key", "partition", "timestamp");
    private static final Set<String> NDJSON_PARAMETERS = Set.of("key", "partition", "timestamp", "keyField", "ack");
    private static final Set<String> REST_PARAMETERS = Set.of();
    private static final String HEADER_PREFIX = "letterbox-header-";
    private static final String CLOUD_EVENTS_PREFIX = "ce-";

    /** The end of the year 9999, the latest time in an ISO text with a year of four digits. */
    private static final long MAX_TIMESTAMP_MS = 253_402_300_799_999L;

    private static final int MAX_LENGTH_DIGITS = 18;

    PublishForm form = PublishForm.SINGLE;

    /** From Content-Length, or -1 if the body is chunked. */
    long contentLength = -1;

    /** How the body is compressed, or null if it is not. */
    ContentCoding coding;

    boolean expectsContinue;
    byte[] key;

    /** -1 if the client names none. */
    int partition = -1;

    /** -1 for the time of arrival. */
    long timestampMs = -1;

    JsonPointer keyField;
    boolean ackRuns;
    List<RecordHeader> headers = List.of();

    /** How a repetition of the request is recognized, or null if the request has no such header. */
    ProducerHead producer;

    private PublishHead() {}

    /**
     * Parses a request's head.
     *
     * @throws ApiException INVALID_REQUEST, UNSUPPORTED_MEDIA_TYPE, UNSUPPORTED_CONTENT_CODING, EXPECTATION_FAILED or
     * REQUEST_TOO_LARGE
     */
    static PublishHead of(HttpServerRequest request) {
        PublishHead head = new PublishHead();
        String contentType = null;
        for (Map.Entry<String, String> header : request.headers()) {
            String name = header.getKey();
            // By length first: comparing each name with a dozen others, ignoring case, would cost more than the rest.
            switch (name.length()) {
                case 11 -> {
                    if (is(name, "producer-id")) head.producer().id(header.getValue());
                }
                case 12 -> {
                    if (is(name, "content-type")) contentType = header.getValue();
                    else if (is(name, "producer-seq")) head.producer().sequence(header.getValue());
                }
                case 14 -> {
                    if (is(name, "content-length")) head.contentLength = length(header.getValue());
                    else if (is(name, "producer-epoch")) head.producer().epoch(header.getValue());
                }
                case 15 -> {
                    if (is(name, "idempotency-key")) head.producer().key(header.getValue());
                }
                case 6 -> {
                    if (is(name, "expect")) head.expect(header.getValue());
                }
                case 16 -> {
                    if (is(name, "content-encoding")) {
                        head.coding = ContentCoding.of(head.coding, header.getValue());
                    }
                }
                default -> {}
            }
            head.recordHeader(name, header.getValue());
        }
        if (head.producer != null) head.producer.check();
        head.form = request.method() == HttpMethod.DELETE ? PublishForm.TOMBSTONE : PublishForm.of(contentType);
        if (head.form == PublishForm.SINGLE && contentType != null && !contentType.equals(UNTOLD)) {
            head.addHeader("content-type", HeaderText.utf8(contentType));
        }
        if (request.query() != null) head.query(request);
        if (head.form == PublishForm.TOMBSTONE && head.key == null) throw lacksKey();
        return head;
    }

    private ProducerHead producer() {
        if (producer == null) producer = new ProducerHead();
        return producer;
    }

    private void query(HttpServerRequest request) {
        Query query = Query.of(
                request,
                switch (form) {
                    case SINGLE, TOMBSTONE -> SINGLE_PARAMETERS;
                    case NDJSON -> NDJSON_PARAMETERS;
                    default -> REST_PARAMETERS;
                });
        partition = query.integer("partition", -1, 0, Integer.MAX_VALUE);
        String text = query.text("key");
        if (text != null) key = text.getBytes(StandardCharsets.UTF_8);
        timestampMs = timestamp(query.text("timestamp"));
        String pointer = query.text("keyField");
        if (pointer != null) {
            if (key != null) throw refused("The query parameters key and keyField exclude each other.");
            keyField = pointer(pointer);
        }
        String ack = query.text("ack", "records");
        if (!ack.equals("records") && !ack.equals("runs")) {
            throw refused("The query parameter ack has to be records or runs.");
        }
        ackRuns = ack.equals("runs");
    }

    private static ApiException lacksKey() {
        return refused(
                "A tombstone needs the query parameter key, as in ?key=A-17, of the record that it takes back. All"
                        + " records before an offset are deleted by Kafka's DeleteRecords (kafka-delete-records.sh),"
                        + " old ones by the topic's retention.ms and retention.bytes.");
    }

    private static long timestamp(String text) {
        if (text == null) return -1;
        boolean digits = !text.isEmpty() && text.length() <= 15;
        for (int i = 0; i < text.length(); i++) digits &= text.charAt(i) >= '0' && text.charAt(i) <= '9';
        long ms = digits ? Long.parseLong(text) : Query.parseTimeMs("The query parameter timestamp", text);
        if (ms < 0 || ms > MAX_TIMESTAMP_MS) {
            throw refused("The query parameter timestamp has to be from 1970 to 9999.");
        }
        return ms;
    }

    private static JsonPointer pointer(String text) {
        try {
            if (!text.isEmpty()) return JsonPointer.compile(text);
        } catch (IllegalArgumentException e) {
            // Falls through to the one error for everything that is wrong with a pointer.
        }
        throw refused("The query parameter keyField has to be a JSON pointer such as /user/id (RFC 6901).");
    }

    private void expect(String value) {
        if (!value.equalsIgnoreCase("100-continue")) {
            throw new ApiException(ErrorCode.EXPECTATION_FAILED, "Only Expect: 100-continue can be met.");
        }
        expectsContinue = true;
    }

    private void recordHeader(String name, String value) {
        if (startsWith(name, CLOUD_EVENTS_PREFIX) && name.length() > CLOUD_EVENTS_PREFIX.length()) {
            String attribute = name.substring(CLOUD_EVENTS_PREFIX.length()).toLowerCase(Locale.ROOT);
            addHeader("ce_" + attribute, HeaderText.utf8(Percent.decodeHeader("ce-" + attribute, value)));
        } else if (startsWith(name, HEADER_PREFIX)) {
            if (name.length() == HEADER_PREFIX.length()) throw refused("A Letterbox-Header- has no name.");
            String own = name.substring(HEADER_PREFIX.length()).toLowerCase(Locale.ROOT);
            boolean extended = own.length() > 1 && own.endsWith("*");
            if (extended) addHeader(own.substring(0, own.length() - 1), HeaderText.extended(name, value));
            else addHeader(own, HeaderText.utf8(value));
        }
    }

    private void addHeader(String name, byte[] value) {
        if (headers.isEmpty()) headers = new ArrayList<>(4);
        headers.add(new RecordHeader(name, value));
    }

    private static boolean is(String name, String lowerCase) {
        return AsciiString.contentEqualsIgnoreCase(name, lowerCase);
    }

    private static boolean startsWith(String name, String lowerCase) {
        return name.regionMatches(true, 0, lowerCase, 0, lowerCase.length());
    }

    private static long length(String value) {
        boolean digits = !value.isEmpty() && value.length() <= MAX_LENGTH_DIGITS;
        for (int i = 0; i < value.length(); i++) digits &= value.charAt(i) >= '0' && value.charAt(i) <= '9';
        if (!digits) throw refused("Content-Length has to be a number of bytes.");
        return Long.parseLong(value);
    }

    private static ApiException refused(String detail) {
        return new ApiException(ErrorCode.INVALID_REQUEST, detail);
    }
}

package io.letterbox.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.config.LimitsConfig;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.Json;
import io.letterbox.http.Problem;
import io.letterbox.publishing.PendingRecord;
import io.letterbox.publishing.Placement;
import io.letterbox.publishing.PublishTarget;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * The batch forms of Confluent's REST proxy v2:
 *
 * <pre>
 * {"records":[{"key":"k","value":{"a":1},"partition":0},…]}      json: the bytes of key and value are their JSON text
 * {"records":[{"key":"a2V5","value":"dmFsdWU="},…]}              binary: base64; null is no key, no value
 * </pre>
 *
 * A record that cannot be taken is refused alone, in its own entry of the answer; the others are written. A body that
 * is not of this form is refused as a whole. Owned by one event loop.
 */
final class RestForm {
    private static final Set<String> REQUEST_FIELDS =
            Set.of("records", "key_schema", "key_schema_id", "value_schema", "value_schema_id");
    private static final Set<String> RECORD_FIELDS = Set.of("key", "value", "partition", "timestamp");

    private static final int NO_PARTITION = -1;

    private final LimitsConfig limits;
    private final PendingRecord draft = new PendingRecord();

    RestForm(LimitsConfig limits) {
        this.limits = limits;
    }

    /**
     * Adds the records that are valid.
     *
     * @throws ApiException INVALID_REQUEST or REQUEST_TOO_LARGE; nothing was added
     */
    void place(PublishRequest request, PublishTarget target, Placement placement, long wallMs) {
        JsonNode records = records(request.body());
        boolean binary = request.head().form == PublishForm.REST_BINARY;
        draft.headers(request.head().headers);
        RestAnswer receipt = new RestAnswer(request, records.size());
        int index = 0;
        for (JsonNode record : records) {
            String what = "Record " + ++index;
            try {
                if (!record.isObject()) throw invalid(what + " is not a JSON object.");
                requireFields(record, RECORD_FIELDS, what);
                byte[] key = bytes(record.path("key"), binary, what + "'s key");
                draft.key(key).value(bytes(record.path("value"), binary, what + "'s value"));
                long timestampMs = number(record.path("timestamp"), wallMs, what + "'s timestamp");
                target.requireTimestamp(timestampMs, wallMs, what + "'s timestamp");
                draft.timestampMs(timestampMs);
                int named = (int) number(record.path("partition"), NO_PARTITION, what + "'s partition");
                int partition = named == NO_PARTITION ? placement.choose(target, key) : named;
                target.requirePartition(partition);
                target.require(draft, limits.recordBytes(), what);
                receipt.record(placement.add(target, partition, draft, receipt));
            } catch (ApiException refusal) {
                if (placement.isWhole()) throw refusal;
                receipt.refuse(Problem.of(refusal));
            }
        }
        receipt.seal();
    }

    private JsonNode records(BodySink body) {
        byte[] text = Arrays.copyOfRange(body.array(), body.offset(), body.offset() + body.length());
        if (!(Json.parse(text) instanceof ObjectNode document)) throw refused("The body has to be a JSON object.");
        requireFields(document, REQUEST_FIELDS, "The body");
        JsonNode records = document.path("records");
        if (!records.isArray() || records.isEmpty()) throw refused("The body has no records.");
        if (records.size() > limits.requestRecords()) {
            throw new ApiException(
                    ErrorCode.REQUEST_TOO_LARGE,
                    "There are " + records.size() + " records in the body; limits.requestRecords allows "
                            + limits.requestRecords() + ".",
                    Map.of(Problem.LIMIT, limits.requestRecords()));
        }
        return records;
    }

    private static byte[] bytes(JsonNode node, boolean binary, String what) {
        if (node.isMissingNode() || node.isNull()) return null;
        if (!binary) return Json.encode(node).getBytes();
        try {
            if (node.isTextual()) return Base64.getDecoder().decode(node.textValue());
        } catch (IllegalArgumentException e) {
            // Falls through: a value that is not text and one that is not base64 get the same error.
        }
        throw invalid(what + " is not base64 text.");
    }

    private static long number(JsonNode node, long byDefault, String what) {
        if (node.isMissingNode() || node.isNull()) return byDefault;
        boolean isPartition = byDefault == NO_PARTITION;
        long most = isPartition ? Integer.MAX_VALUE : Long.MAX_VALUE;
        if (node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 0 && node.longValue() <= most) {
            return node.longValue();
        }
        throw invalid(what + " is not a whole number of 0 or more.");
    }

    private static void requireFields(JsonNode object, Set<String> known, String what) {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (known.contains(name)) continue;
            String shown = name.length() <= 80 ? name : name.substring(0, 80) + "…";
            throw refused(what + " has an unknown member '" + shown + "'; known are "
                    + String.join(", ", known.stream().sorted().toList()) + ".");
        }
    }

    private static ApiException refused(String detail) {
        return new ApiException(ErrorCode.INVALID_REQUEST, detail);
    }

    private static ApiException invalid(String detail) {
        return new ApiException(ErrorCode.INVALID_RECORD, detail);
    }
}

package io.letterbox.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.config.LimitsConfig;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.Json;
import io.letterbox.http.Problem;
import io.letterbox.publishing.PendingRecord;
import io.letterbox.publishing.Placement;
import io.letterbox.publishing.PublishTarget;
import io.letterbox.record.RecordBatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * NDJSON: one record per line. Lines end with LF or CR LF, the last one may have no end; empty lines are skipped. A
 * line is the value of its record as it stands: it is parsed only if the key has to be found in it. Either all lines
 * become records or, if one of them cannot, none. Owned by one event loop.
 */
final class NdjsonForm {
    private static final int INITIAL_LINES = 1_024;

    private final LimitsConfig limits;
    private final PendingRecord draft = new PendingRecord();

    // The bounds of the lines of the current request; the arrays are reused, because they soon have the size of the
    // largest request.
    private int[] starts = new int[INITIAL_LINES];
    private int[] ends = new int[INITIAL_LINES];
    private int lines;

    NdjsonForm(LimitsConfig limits) {
        this.limits = limits;
    }

    /**
     * Checks all lines, then adds them all.
     *
     * @throws ApiException INVALID_REQUEST, INVALID_RECORD, RECORD_TOO_LARGE, UNKNOWN_PARTITION; nothing was added
     */
    void place(PublishRequest request, PublishTarget target, Placement placement, long timestampMs) {
        PublishHead head = request.head();
        byte[] body = request.body().array();
        split(body, request.body().offset(), request.body().length());
        if (lines == 0) throw new ApiException(ErrorCode.INVALID_REQUEST, "There is no line in the body.");
        if (head.partition >= 0) target.requirePartition(head.partition);
        draft.timestampMs(timestampMs).headers(head.headers).key(head.key);
        byte[][] keys = head.keyField == null ? null : new byte[lines][];
        for (int line = 0; line < lines; line++) {
            point(body, line);
            if (keys != null) draft.key(keys[line] = key(head, body, line));
            if (!fitsEasily(target)) target.require(draft, limits.recordBytes(), "Line " + (line + 1));
        }
        // All lines without a key go to one partition, so that a request keeps its order.
        int chosen = head.partition >= 0 ? head.partition : placement.choose(target, head.key);
        NdjsonAnswer receipt = new NdjsonAnswer(request, lines, timestampMs);
        for (int line = 0; line < lines; line++) {
            point(body, line);
            if (keys != null) draft.key(keys[line]);
            int partition = keys == null || head.partition >= 0 ? chosen : placement.choose(target, keys[line]);
            receipt.record(placement.add(target, partition, draft, receipt));
        }
        receipt.seal();
    }

    /** A cheap check that saves most lines the exact one, which also needs a text for the refusal. */
    private boolean fitsEasily(PublishTarget target) {
        int bytes = draft.batchBytes() + RecordBatch.HEADER_BYTES;
        return bytes <= limits.recordBytes()
                && bytes <= target.topic().config().maxMessageBytes()
                && !target.lacksKey(draft);
    }

    private void point(byte[] body, int line) {
        draft.value(body, starts[line], ends[line] - starts[line]);
    }

    private void split(byte[] body, int offset, int length) {
        lines = 0;
        int end = offset + length;
        int start = offset;
        for (int i = offset; i < end; i++) {
            if (body[i] != '\n') continue;
            line(body, start, i);
            start = i + 1;
        }
        line(body, start, end);
    }

    private void line(byte[] body, int start, int lineEnd) {
        int end = lineEnd > start && body[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
        if (end == start) return;
        if (lines == limits.requestRecords()) {
            throw new ApiException(
                    ErrorCode.REQUEST_TOO_LARGE,
                    "There are more lines in the body than limits.requestRecords allows, " + limits.requestRecords()
                            + ".",
                    Map.of(Problem.LIMIT, limits.requestRecords()));
        }
        if (lines == starts.length) {
            starts = Arrays.copyOf(starts, lines * 2);
            ends = Arrays.copyOf(ends, lines * 2);
        }
        starts[lines] = start;
        ends[lines++] = end;
    }

    private byte[] key(PublishHead head, byte[] body, int line) {
        JsonNode found;
        try {
            found = Json.MAPPER
                    .readTree(body, starts[line], ends[line] - starts[line])
                    .at(head.keyField);
        } catch (IOException e) {
            throw invalid(line, "is not valid JSON, which keyField needs");
        }
        if (found.isTextual()) return found.textValue().getBytes(StandardCharsets.UTF_8);
        if (found.isNumber() || found.isBoolean()) return found.asText().getBytes(StandardCharsets.UTF_8);
        throw invalid(line, "has no text, number or boolean at " + head.keyField);
    }

    private static ApiException invalid(int line, String what) {
        return new ApiException(ErrorCode.INVALID_RECORD, "Line " + (line + 1) + " " + what + ".");
    }
}

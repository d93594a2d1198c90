package io.letterbox.rest;

import io.letterbox.http.Json;
import io.letterbox.http.JsonBytes;
import io.letterbox.http.Problem;
import java.nio.charset.StandardCharsets;

/**
 * Answers a publish of lines, with one result per line that is not empty, in order:
 *
 * <pre>
 * {"topic":"quakes","count":3,"records":[
 *   {"partition":0,"offset":5,"timestamp":1767182400000},
 *   {"partition":1,"offset":9,"timestamp":1767182400000},
 *   {"partition":2,"error":"DISK_FULL","detail":"…"}]}      only where some failed; then the status is 207
 * </pre>
 *
 * With {@code ?ack=runs}, one result per run of records that went to the same partition with successive offsets; as
 * short as can be where records have no keys. Runs are in the order of their first records:
 *
 * <pre>
 * {"topic":"quakes","count":3,"runs":[{"count":3,"partition":0,"offset":5,"timestamp":1767182400000}]}
 * </pre>
 */
final class NdjsonAnswer extends BatchAnswer {
    private static final int ROW_BYTES = 64;
    private static final int MULTI_STATUS = 207; // RFC 4918 section 13

    private final long timestampMs;

    NdjsonAnswer(PublishRequest request, int maxRecords, long timestampMs) {
        super(request, maxRecords);
        this.timestampMs = timestampMs;
    }

    @Override
    void answer() {
        boolean asRuns = request.head().ackRuns;
        JsonBytes out = new JsonBytes(ROW_BYTES * 2 + (asRuns ? runs() : records()) * ROW_BYTES);
        out.ascii("{\"topic\":\"").ascii(request.topic());
        out.ascii("\",\"count\":").number(records());
        if (asRuns) writeRuns(out.ascii(",\"runs\":["));
        else writeRecords(out.ascii(",\"records\":["));
        request.answer(
                hasFailures() ? MULTI_STATUS : 200,
                Json.CONTENT_TYPE,
                out.ascii("]}").take());
    }

    private void writeRuns(JsonBytes out) {
        for (int run = 0; run < runs(); run++) {
            out.ascii(run == 0 ? "{\"count\":" : ",{\"count\":")
                    .number(count(run))
                    .ascii(',');
            byte[] before = before(run);
            byte[] behind = behind(run);
            out.raw(before, 1, before.length - 1);
            if (problem(run) == null) out.number(offset(run));
            out.raw(behind, 0, behind.length);
        }
    }

    private void writeRecords(JsonBytes out) {
        long[] next = walk();
        int current = NO_RUN;
        byte[] before = null;
        byte[] behind = null;
        for (int record = 0; record < records(); record++) {
            int run = runOf(record);
            if (run != current) {
                // Successive records mostly share a run, and so the whole text but the offset.
                current = run;
                before = before(run);
                behind = behind(run);
            }
            if (record > 0) out.ascii(',');
            out.raw(before, 0, before.length);
            if (problem(run) == null) out.number(next[run]++);
            out.raw(behind, 0, behind.length);
        }
    }

    private byte[] before(int run) {
        String text = "{\"partition\":" + partition(run) + (problem(run) == null ? ",\"offset\":" : "");
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private byte[] behind(int run) {
        Problem problem = problem(run);
        JsonBytes out = new JsonBytes(ROW_BYTES);
        if (problem == null) {
            out.ascii(",\"timestamp\":").number(appendTimeMs(run) >= 0 ? appendTimeMs(run) : timestampMs);
        } else {
            out.ascii(",\"error\":\"").ascii(problem.code().name()).ascii("\",\"detail\":");
            out.string(problem.detail());
        }
        return out.ascii('}').copy().getBytes();
    }
}

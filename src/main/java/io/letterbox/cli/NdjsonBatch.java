package io.letterbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * Lines without change, one record each: the cheapest form. The server skips empty lines and takes a CR before the LF
 * for a part of the line end, so a batch with such lines cannot have this form.
 */
final class NdjsonBatch implements LineBatch {
    private final ByteArrayOutputStream body = new ByteArrayOutputStream(1 << 16);
    private final String keyQuery;
    private final boolean runs;
    private int records;

    /**
     * @param keyQuery the query parameter with the records' keys, including its ampersand; empty for none
     * @param runs whether all records go to one partition, so that the answer can be short: one entry for each run of
     *     successive offsets
     */
    NdjsonBatch(String keyQuery, boolean runs) {
        this.keyQuery = keyQuery;
        this.runs = runs;
    }

    /** Whether this form keeps all of these lines unchanged. */
    static boolean suits(List<byte[]> lines) {
        return lines.stream().allMatch(line -> line.length > 0 && line[line.length - 1] != '\r');
    }

    void add(byte[] line) {
        body.writeBytes(line);
        body.write('\n');
        records++;
    }

    @Override
    public String query() {
        return (runs ? "?ack=runs" : "?ack=records") + keyQuery;
    }

    @Override
    public String contentType() {
        return "application/x-ndjson";
    }

    @Override
    public int records() {
        return records;
    }

    @Override
    public byte[] finish() {
        return body.toByteArray();
    }

    /** Results are in the order of the records, and runs are, too, if all records go to one partition. */
    @Override
    public int acknowledged(JsonNode answer) {
        int acknowledged = 0;
        for (JsonNode result : results(answer)) {
            if (!result.hasNonNull("offset")) {
                break;
            }
            acknowledged += runs ? result.path("count").asInt() : 1;
        }
        return Math.min(acknowledged, records);
    }

    @Override
    public String refusal(JsonNode answer) {
        for (JsonNode result : results(answer)) {
            if (!result.hasNonNull("offset")) {
                return result.path("detail").asText("no reason given");
            }
        }
        return "no reason given";
    }

    private JsonNode results(JsonNode answer) {
        return answer.path(runs ? "runs" : "records");
    }
}

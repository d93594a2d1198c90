package io.letterbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * Lines as they are, one record each: the cheapest form. The server passes over empty lines and takes a CR before the
 * LF for a part of the line's end, so a batch with such lines cannot have this form.
 */
final class NdjsonBatch implements LineBatch {
    private final ByteArrayOutputStream body = new ByteArrayOutputStream(1 << 16);
    private int records;

    /** Whether all of these lines come through this form unchanged. */
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
        return "?ack=runs";
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

    /** Runs come in the order of their first records, and without keys a run's records are neighbours. */
    @Override
    public int acknowledged(JsonNode answer) {
        int acknowledged = 0;
        for (JsonNode run : answer.path("runs")) {
            if (!run.hasNonNull("offset")) {
                break;
            }
            acknowledged += run.path("count").asInt();
        }
        return Math.min(acknowledged, records);
    }

    @Override
    public String refusal(JsonNode answer) {
        for (JsonNode run : answer.path("runs")) {
            if (!run.hasNonNull("offset")) {
                return run.path("detail").asText("no reason given");
            }
        }
        return "no reason given";
    }
}

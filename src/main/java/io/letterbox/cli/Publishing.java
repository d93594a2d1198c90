package io.letterbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Publishes lines to a topic, one request after the other, and counts those that were acknowledged. Runs on one thread;
 * {@link #stop} may be called from another.
 */
final class Publishing {
    /** Well below the server's default limit of a request, because base64 adds a third. */
    private static final int BATCH_BYTES = 1 << 20;

    /** What can be repeated has to fit into one batch, which has 1 MiB unless the topic says otherwise. */
    private static final int REPEATABLE_BYTES = BATCH_BYTES / 2;

    /** The beginning of a sentence of the server about one record of a request. */
    private static final Pattern PLACE = Pattern.compile("^(Line|Record) (\\d{1,9})\\b");

    private final ServerClient server;
    private final String path;
    private final RecordShape shape;
    private final int batchLines;
    private final long skip;

    private long acknowledged;
    private long uncertainLines;
    private volatile boolean stopped;

    /**
     * @param shape how a line becomes a record
     * @param skip how many lines to leave out at the beginning
     */
    Publishing(ServerClient server, String topic, RecordShape shape, int batchLines, long skip) {
        this.server = server;
        this.path = "/topics/" + ServerClient.segment(topic);
        this.shape = shape;
        this.batchLines = batchLines;
        this.skip = skip;
    }

    /**
     * The number of lines that are on the server's disk, without those that were skipped; all lines before them are,
     * too.
     */
    long acknowledged() {
        return acknowledged;
    }

    /** The number of lines behind the acknowledged ones that may have arrived. */
    long uncertainLines() {
        return uncertainLines;
    }

    /** Ends the run after the request in flight. Any thread. */
    void stop() {
        stopped = true;
    }

    boolean stopped() {
        return stopped;
    }

    /**
     * Publishes all lines.
     *
     * @param progress told how many were acknowledged so far
     * @throws Failure if the server refuses or the connection is lost
     */
    void run(LineSource source, LongConsumer progress) throws IOException, InterruptedException {
        long toSkip = skip;
        while (!source.ended() && !stopped) {
            List<byte[]> lines = source.take(batchLines, server.nodes() > 1 ? REPEATABLE_BYTES : BATCH_BYTES);
            int skipped = (int) Math.min(toSkip, lines.size());
            toSkip -= skipped;
            List<byte[]> wanted = lines.subList(skipped, lines.size());
            if (!wanted.isEmpty()) {
                publish(wanted);
                progress.accept(acknowledged);
            }
        }
    }

    private void publish(List<byte[]> lines) throws InterruptedException {
        if (shape.keyField() != null || shape.wholeLines() && NdjsonBatch.suits(lines)) {
            NdjsonBatch batch = new NdjsonBatch(shape.keyQuery(), shape.keyField() == null);
            Failure blank = fill(batch, lines);
            if (batch.records() > 0) {
                deliver(batch);
            }
            if (blank != null) {
                throw blank;
            }
            return;
        }
        BinaryBatch batch = new BinaryBatch();
        Failure malformed = fill(batch, lines);
        if (batch.records() > 0) {
            deliver(batch);
        }
        if (malformed != null) {
            throw malformed;
        }
    }

    /** The server would skip an empty line, and its results would not match the lines. */
    private Failure fill(NdjsonBatch batch, List<byte[]> lines) {
        for (byte[] line : lines) {
            boolean blank = line.length == 0 || line.length == 1 && line[0] == '\r';
            if (blank) return malformed(batch, "is empty, so there is no key in it");
            batch.add(line);
        }
        return null;
    }

    private Failure fill(BinaryBatch batch, List<byte[]> lines) {
        for (byte[] line : lines) {
            int start = shape.valueStart(line);
            if (start < 0) return malformed(batch, "has no key: the separator is not in it");
            batch.add(shape.keyOf(line, start), shape.valueOf(line, start));
        }
        return null;
    }

    /** Lines before a malformed one are still sent, so that the report can name its exact position. */
    private Failure malformed(LineBatch batch, String what) {
        long number = skip + acknowledged + batch.records() + 1;
        return new Failure(ExitCode.USAGE, "line " + number + " " + what);
    }

    private void deliver(LineBatch batch) throws InterruptedException {
        byte[] body = batch.finish();
        HttpResponse<byte[]> response;
        // With a key the next node stores nothing twice, whatever the one before has stored.
        String key = server.nodes() > 1 ? UUID.randomUUID().toString() : null;
        try {
            response = server.sendWithRetries(() -> request(batch, body, key), key != null, this::stopped);
        } catch (Failure e) {
            uncertainLines = batch.records();
            throw e;
        }
        settle(batch, response);
    }

    private HttpRequest.Builder request(LineBatch batch, byte[] body, String key) {
        HttpRequest.Builder request = server.request(path + batch.query())
                .header("Content-Type", batch.contentType())
                .POST(BodyPublishers.ofByteArray(body));
        if (key != null) request.header("Idempotency-Key", key);
        shape.headers().forEach((name, value) -> request.header(RecordHeaders.PREFIX + name, value));
        return request;
    }

    private void settle(LineBatch batch, HttpResponse<byte[]> response) {
        if (response.statusCode() / 100 != 2) {
            uncertainLines = response.statusCode() >= 500 ? batch.records() : 0;
            Failure refusal = ServerClient.refusal(response, response.body());
            throw new Failure(refusal.exitCode(), refusal.code(), located(refusal.getMessage(), skip + acknowledged));
        }
        JsonNode answer = answer(response.body());
        int taken = batch.acknowledged(answer);
        long before = skip + acknowledged;
        acknowledged += taken;
        if (taken < batch.records()) {
            uncertainLines = batch.records() - taken;
            String reason = located(batch.refusal(answer), before);
            throw new Failure(ExitCode.FAILED, "the server did not take every record: " + reason);
        }
    }

    /** Replaces the line number within the request by the line number within the input. */
    private static String located(String sentence, long linesBefore) {
        Matcher place = PLACE.matcher(sentence);
        if (!place.find()) return sentence;
        return "Line " + (linesBefore + Long.parseLong(place.group(2))) + sentence.substring(place.end());
    }

    private static JsonNode answer(byte[] body) {
        try {
            return ServerClient.JSON.readTree(body);
        } catch (IOException e) {
            throw new Failure(ExitCode.FAILED, "the answer is not JSON; is this a Letterbox server?");
        }
    }
}

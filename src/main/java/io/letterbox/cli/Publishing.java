package io.letterbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Sends lines to a topic, one request after the other, and knows at any time how many were acknowledged. Runs on one
 * thread; {@link #stop} may be called from another.
 */
final class Publishing {
    /** Well below the server's default limit of a request, and base64 adds a third. */
    private static final int BATCH_BYTES = 1 << 20;

    private static final int MAX_TRIES = 20;
    private static final long SHORTEST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 10_000;

    private final ServerClient server;
    private final String path;
    private final byte[] keySeparator;
    private final int batchLines;
    private final long skip;

    private long acknowledged;
    private long uncertain;
    private volatile boolean stopped;

    /**
     * @param keySeparator between key and value of a line; null where lines have no keys
     * @param skip how many lines to leave out at the beginning
     */
    Publishing(ServerClient server, String topic, byte[] keySeparator, int batchLines, long skip) {
        this.server = server;
        this.path = "/topics/" + ServerClient.segment(topic);
        this.keySeparator = keySeparator;
        this.batchLines = batchLines;
        this.skip = skip;
    }

    /** Lines that are on the server's disk, those that were skipped not counted; all lines before them are, too. */
    long acknowledged() {
        return acknowledged;
    }

    /** Lines behind the acknowledged ones that may have arrived. */
    long uncertain() {
        return uncertain;
    }

    /** Ends the run behind the request that is under way. Any thread. */
    void stop() {
        stopped = true;
    }

    boolean stopped() {
        return stopped;
    }

    /**
     * Sends everything.
     *
     * @param progress is told how many were acknowledged so far
     * @throws Failure when the server refuses or goes away
     */
    void run(LineSource source, LongConsumer progress) throws IOException, InterruptedException {
        long toSkip = skip;
        while (!source.ended() && !stopped) {
            List<byte[]> lines = source.take(batchLines, BATCH_BYTES);
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
        if (keySeparator == null && NdjsonBatch.suits(lines)) {
            NdjsonBatch batch = new NdjsonBatch();
            lines.forEach(batch::add);
            deliver(batch);
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

    /** Lines before a malformed one still go out, so that the report can say exactly where it is. */
    private Failure fill(BinaryBatch batch, List<byte[]> lines) {
        for (byte[] line : lines) {
            if (keySeparator == null) {
                batch.add(null, line);
                continue;
            }
            int at = indexOf(line, keySeparator);
            if (at < 0) {
                long number = skip + acknowledged + batch.records() + 1;
                return new Failure(ExitCode.USAGE, "line " + number + " has no key: the separator is not in it");
            }
            byte[] value = Arrays.copyOfRange(line, at + keySeparator.length, line.length);
            batch.add(Arrays.copyOf(line, at), value);
        }
        return null;
    }

    private void deliver(LineBatch batch) throws InterruptedException {
        byte[] body = batch.finish();
        HttpResponse<byte[]> response = send(batch, body);
        // A server that is busy says so before it writes anything, so the same request may be repeated after a while.
        for (int attempt = 1; response.statusCode() == 429 && attempt < MAX_TRIES && !stopped; attempt++) {
            Thread.sleep(pauseMs(response));
            response = send(batch, body);
        }
        settle(batch, response);
    }

    private HttpResponse<byte[]> send(LineBatch batch, byte[] body) {
        try {
            return server.send(server.request(path + batch.query())
                    .header("Content-Type", batch.contentType())
                    .POST(BodyPublishers.ofByteArray(body)));
        } catch (Failure e) {
            uncertain = batch.records();
            throw e;
        }
    }

    private static long pauseMs(HttpResponse<byte[]> response) {
        long seconds = response.headers().firstValueAsLong("Retry-After").orElse(1);
        return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, seconds * 1000));
    }

    private void settle(LineBatch batch, HttpResponse<byte[]> response) {
        if (response.statusCode() / 100 != 2) {
            uncertain = response.statusCode() >= 500 ? batch.records() : 0;
            throw ServerClient.refusal(response.statusCode(), response.body());
        }
        JsonNode answer = answer(response.body());
        int taken = batch.acknowledged(answer);
        acknowledged += taken;
        if (taken < batch.records()) {
            uncertain = batch.records() - taken;
            throw new Failure(ExitCode.FAILED, "the server did not take every record: " + batch.refusal(answer));
        }
    }

    private static JsonNode answer(byte[] body) {
        try {
            return ServerClient.JSON.readTree(body);
        } catch (IOException e) {
            throw new Failure(ExitCode.FAILED, "the answer is not JSON; is this a Letterbox server?");
        }
    }

    private static int indexOf(byte[] line, byte[] wanted) {
        for (int i = 0; i + wanted.length <= line.length; i++) {
            if (Arrays.equals(line, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }
}

package io.letterbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A stream of a server's events that survives its connections: it reconnects with the id of the last event that was
 * handled, after a pause that grows while there is no answer, and at the next node of a cluster. Runs on one thread,
 * with a second one that closes a connection on which nothing arrives any more, not even heartbeats.
 */
final class ReconnectingStream {
    private static final long FIRST_PAUSE_MS = 500;
    private static final long LONGEST_PAUSE_MS = 15_000;

    /** The longest silence of a stream until its heartbeats have announced their interval. */
    private static final long SILENCE_MS = 90_000;

    /** The number of missed heartbeats after which a connection is closed. */
    private static final int MISSED_HEARTBEATS = 3;

    private static final long LOOK_MS = 1000;
    private static final int MAX_PROBLEM_BYTES = 1 << 16;

    private final ServerClient server;
    private final String path;
    private final Consumer<String> notice;
    private final Pause pause;
    private String lastId;
    private boolean wasConnected;

    /** How many nodes may still be tried before the first one has answered. */
    private int untried;

    private long pauseMs = FIRST_PAUSE_MS;

    /** Sleeps; tests replace it. */
    interface Pause {
        void sleep(long ms) throws InterruptedException;
    }

    /**
     * @param path of the stream, query included
     * @param lastId the event after which to begin; empty to begin where the query says
     * @param notice told of lost connections
     */
    ReconnectingStream(ServerClient server, String path, String lastId, Consumer<String> notice, Pause pause) {
        this.server = server;
        this.path = path;
        this.lastId = lastId;
        this.notice = notice;
        this.pause = pause;
        this.untried = server.nodes();
    }

    /** The id of the last event that was handled; empty if none had one. */
    String lastId() {
        return lastId;
    }

    /**
     * Passes events to the handler until it has enough or the stream has ended for good.
     *
     * @param handler returns false when it has enough
     * @throws Failure if the server refuses, or could not be reached at first
     */
    void run(Handler handler) throws IOException, InterruptedException {
        while (true) {
            try (EventStream stream = connect()) {
                if (stream == null) {
                    return;
                }
                handler.connected();
                if (!handle(stream, handler)) {
                    return;
                }
                notice.accept("the stream ended; coming back");
            } catch (IOException e) {
                if (!wasConnected && (untried -= 1) <= 0) {
                    throw server.unreachable(e);
                }
                notice.accept("the connection was lost; coming back");
            }
            server.next();
            pause.sleep(pauseMs);
            pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
        }
    }

    /** Handles events. */
    interface Handler {
        /**
         * @param more whether another event is there already
         * @return false after the last event that is wanted
         */
        boolean handle(EventStream.Event event, boolean more) throws IOException;

        /** The server has begun to answer, for the first time or again. */
        default void connected() {}
    }

    /** Connects; null if the server says that the stream has ended for good (status 204). */
    private EventStream connect() throws IOException {
        HttpRequest.Builder request = server.request(path).header("Accept", "text/event-stream");
        if (!lastId.isEmpty()) {
            request.header("Last-Event-ID", lastId);
        }
        HttpResponse<InputStream> response = server.open(request);
        int status = response.statusCode();
        if (status == 200) {
            wasConnected = true;
            return new EventStream(response.body(), lastId);
        }
        try (InputStream body = response.body()) {
            if (status == 204) {
                return null;
            }
            Failure refusal = ServerClient.refusal(response, body.readNBytes(MAX_PROBLEM_BYTES));
            boolean passing = status == 429 || status >= 500;
            if (wasConnected && passing) {
                throw new IOException(refusal.getMessage());
            }
            throw refusal;
        }
    }

    private boolean handle(EventStream stream, Handler handler) throws IOException {
        Watch watch = new Watch(stream);
        try {
            EventStream.Event event;
            while ((event = stream.next()) != null) {
                pauseMs = FIRST_PAUSE_MS;
                if (event.type().equals("heartbeat")) onHeartbeat(watch, event.data());
                if (!handler.handle(event, stream.ready())) {
                    lastId = event.id();
                    return false;
                }
                lastId = event.id();
            }
            return true;
        } finally {
            watch.end();
            pauseMs = Math.max(pauseMs, Math.min(LONGEST_PAUSE_MS, stream.retryMs()));
        }
    }

    private void onHeartbeat(Watch watch, String data) throws IOException {
        JsonNode beat = ServerClient.JSON.readTree(data);
        watch.heartbeat(beat.path("seconds").asLong());
        List<URI> nodes = new ArrayList<>();
        for (JsonNode node : beat.path("nodes")) nodes.add(URI.create(node.asText()));
        server.learn(nodes);
    }

    /** Closes a stream that has gone silent: a connection can be dead without an error. */
    private static final class Watch {
        private final Thread thread;
        private volatile long silenceMs = SILENCE_MS;

        Watch(EventStream stream) {
            thread = new Thread(() -> watch(stream), "letterbox-silence");
            thread.setDaemon(true);
            thread.start();
        }

        /** Takes over the server's heartbeat interval. */
        void heartbeat(long seconds) {
            if (seconds > 0) silenceMs = MISSED_HEARTBEATS * seconds * 1000;
        }

        private void watch(EventStream stream) {
            try {
                long silentMs = 0;
                while (silentMs < silenceMs) {
                    Thread.sleep(LOOK_MS);
                    silentMs = (System.nanoTime() - stream.lastHeardNs()) / 1_000_000;
                }
                stream.close();
            } catch (InterruptedException e) {
                // The stream has ended by itself.
            } catch (IOException e) {
                // A stream that cannot be closed is closed already.
            }
        }

        void end() {
            thread.interrupt();
        }
    }
}

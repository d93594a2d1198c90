package io.letterbox.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.function.Consumer;

/**
 * A stream of a server's events that outlives its connections: it comes back with the id of the last event that was
 * handled, after a pause that grows while nobody answers. Runs on one thread, with a second one that closes a
 * connection on which nothing comes any more, not even heartbeats.
 */
final class Subscription {
    private static final long FIRST_PAUSE_MS = 500;
    private static final long LONGEST_PAUSE_MS = 15_000;

    /** How long a stream may be silent before its heartbeats have said how long that may be. */
    private static final long SILENCE_MS = 90_000;

    /** So many heartbeats have to be missing. */
    private static final int MISSED_HEARTBEATS = 3;

    private static final long LOOK_MS = 1000;
    private static final int MAX_PROBLEM_BYTES = 1 << 16;

    private final ServerClient server;
    private final String path;
    private final Consumer<String> notice;
    private final Pause pause;
    private String lastId;
    private boolean wasConnected;
    private long pauseMs = FIRST_PAUSE_MS;

    /** Waits; a test waits less. */
    interface Pause {
        void sleep(long ms) throws InterruptedException;
    }

    /**
     * @param path of the stream, query included
     * @param lastId the event after which to begin; empty for where the query says
     * @param notice is told of lost connections
     */
    Subscription(ServerClient server, String path, String lastId, Consumer<String> notice, Pause pause) {
        this.server = server;
        this.path = path;
        this.lastId = lastId;
        this.notice = notice;
        this.pause = pause;
    }

    /** The id of the last event that was handled; empty when none had one. */
    String lastId() {
        return lastId;
    }

    /**
     * Hands events over until the handler has enough or the stream is over for good.
     *
     * @param handler answers false when it has enough
     * @throws Failure when the server refuses, or was never there
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
                if (!wasConnected) {
                    throw server.unreachable(e);
                }
                notice.accept("the connection was lost; coming back");
            }
            pause.sleep(pauseMs);
            pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
        }
    }

    /** What is done with an event. */
    interface Handler {
        /**
         * @param more whether another event is there already
         * @return false when this was the last one that is wanted
         */
        boolean handle(EventStream.Event event, boolean more) throws IOException;

        /** The server has begun to answer, for the first time or again. */
        default void connected() {}
    }

    /** Null when the server says that the stream is over for good (status 204). */
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
                if (event.type().equals("heartbeat")) watch.heartbeat(event.data());
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

    /** Closes a stream that has gone silent: a connection can be dead without anybody having said so. */
    private static final class Watch {
        private final Thread thread;
        private volatile long silenceMs = SILENCE_MS;

        Watch(EventStream stream) {
            thread = new Thread(() -> watch(stream), "letterbox-silence");
            thread.setDaemon(true);
            thread.start();
        }

        /** The server says after how many seconds of silence it beats. */
        void heartbeat(String data) throws IOException {
            long seconds = ServerClient.JSON.readTree(data).path("seconds").asLong();
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
                // It cannot be closed because it is closed.
            }
        }

        void end() {
            thread.interrupt();
        }
    }
}

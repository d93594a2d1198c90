package io.letterbox.http;

import io.letterbox.error.ErrorCode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/**
 * Answers a request whose body is still arriving and is not needed. A short rest of the body is read and dropped, so
 * that the connection stays open. A long one closes the connection, but not at once: closing a socket that has unread
 * bytes resets it, and a client that is still sending would see the reset instead of the answer.
 */
public final class EarlyRefusal {
    /** The bytes of an unwanted body that are read before the connection is closed. */
    static final int LINGER_BYTES = 1 << 20;

    /** The time for which an unwanted body is read before the connection is closed. */
    static final long LINGER_MS = 1_000;

    /** A body known to be no longer than this is dropped without closing the connection. */
    private static final int SHORT_BYTES = 1 << 16;

    private static final long CANCEL = 8; // RFC 9113 section 7

    private final HttpServerRequest request;

    // Owned by the connection's event loop.
    private long dropped;

    private EarlyRefusal(HttpServerRequest request) {
        this.request = request;
    }

    /** Answers with a problem and drops the rest of the body. Call on the connection's event loop. */
    public static void send(Vertx vertx, HttpServerRequest request, Problem problem) {
        if (request.isEnded()) {
            problem.send(request.response());
            return;
        }
        // A client that was too slow gets no more time, even if little of the body is left (RFC 9110, section 15.5.9).
        boolean ends = problem.code() == ErrorCode.REQUEST_TIMEOUT || !isShort(request);
        EarlyRefusal refusal = new EarlyRefusal(request);
        request.handler(chunk -> refusal.drop(chunk.length()));
        request.exceptionHandler(gone -> {});
        request.endHandler(arrived -> {
            if (ends) refusal.cut();
        });
        if (ends && request.version() != HttpVersion.HTTP_2) {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        problem.send(request.response());
        request.resume();
        if (ends) vertx.setTimer(LINGER_MS, late -> refusal.cut());
    }

    private static boolean isShort(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null && request.version() != HttpVersion.HTTP_2) {
            return request.getHeader(HttpHeaders.TRANSFER_ENCODING) == null; // RFC 9112, section 6.3: it has no body.
        }
        if (length == null || length.length() > 5 || request.getHeader(HttpHeaders.EXPECT) != null) return false;
        try {
            return Integer.parseInt(length) <= SHORT_BYTES;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private void drop(int bytes) {
        dropped += bytes;
        if (dropped > LINGER_BYTES) cut();
    }

    private void cut() {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset(CANCEL);
        } else {
            request.connection().close();
        }
    }
}

package io.letterbox.sse;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;

/** The plain way out, through Vert.x: HTTP/2, HTTP/1.0, and whatever {@link ChannelSink} does not fit. */
final class ResponseSink implements SseSink {
    private final HttpServerRequest request;
    private final HttpServerResponse response;

    /** What the connection is given, other streams' bytes included; null where nobody counts. */
    private final AcknowledgedBytes bytes;

    /** Null once the subscriber wants to hear no more. */
    private Listener listener;

    private boolean closed;

    // In bytes of this stream, as far as they are counted.
    private long written;
    private long acknowledged;

    /** What flow control has let pass and the kernel has taken. */
    private long sent;

    /** What was {@link #sent} when the connection had been given {@link #sampledAt} bytes. */
    private long sampled;

    private long sampledAt;

    private ResponseSink(HttpServerRequest request, AcknowledgedBytes bytes, Listener listener) {
        this.request = request;
        this.bytes = bytes;
        this.response = request.response();
        this.listener = listener;
    }

    /**
     * Begins the stream: the response's head is complete, {@code first} follows it.
     *
     * @param bytes counts what the connection is given; null where nobody wants to know
     */
    static ResponseSink open(
            HttpServerRequest request, Buffer first, int writeQueueBytes, AcknowledgedBytes bytes, Listener listener) {
        ResponseSink sink = new ResponseSink(request, bytes, listener);
        HttpServerResponse response = request.response();
        response.closeHandler(gone -> sink.onClosed());
        response.exceptionHandler(failure -> sink.onClosed());
        response.drainHandler(drained -> sink.onDrained());
        response.setWriteQueueMaxSize(writeQueueBytes);
        if (request.version() == HttpVersion.HTTP_1_1) response.setChunked(true);
        response.write(first);
        return sink;
    }

    @Override
    public void write(SseChunk chunk) {
        if (closed) return;
        Future<Void> passed = response.write(chunk.plain());
        if (bytes == null) return;
        written += chunk.bodyBytes();
        long all = written;
        passed.onSuccess(done -> sent = all);
    }

    @Override
    public long written() {
        return written;
    }

    @Override
    public long acknowledged() {
        long ofConnection = bytes.acknowledged();
        if (ofConnection < sampledAt) return acknowledged;
        acknowledged = sampled;
        sampled = sent;
        sampledAt = bytes.written();
        if (ofConnection >= sampledAt) acknowledged = sampled;
        return acknowledged;
    }

    @Override
    public boolean writable() {
        return !closed && !response.writeQueueFull();
    }

    @Override
    public void end() {
        listener = null;
        if (closed) return;
        boolean ownsConnection = request.version() != HttpVersion.HTTP_2;
        response.end().onComplete(ended -> {
            if (ownsConnection) request.connection().close();
        });
    }

    @Override
    public void abort() {
        listener = null;
        if (!closed) response.reset();
    }

    private void onDrained() {
        if (listener != null) listener.onDrained();
    }

    private void onClosed() {
        closed = true;
        Listener told = listener;
        listener = null;
        if (told != null) told.onClosed();
    }
}

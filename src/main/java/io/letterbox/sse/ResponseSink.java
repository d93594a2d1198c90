package io.letterbox.sse;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;

/**
 * The sink that writes through Vert.x: for HTTP/2, HTTP/1.0, and connections for which {@link ChannelSink} does not
 * work.
 */
final class ResponseSink implements SseSink {
    private final HttpServerRequest request;
    private final HttpServerResponse response;

    /** Counts what is written to the connection, other streams' bytes included; null if nothing is to be counted. */
    private final AcknowledgedBytes bytes;

    /** Null after the subscriber has been detached. */
    private Listener listener;

    private boolean closed;

    // In bytes of this stream, if they are counted.
    private long written;
    private long acknowledged;

    /** Bytes that flow control has let pass and the kernel has taken. */
    private long sent;

    /** The value of sent when {@link #sampledAt} bytes had been written to the connection. */
    private long sampled;

    private long sampledAt;

    private ResponseSink(HttpServerRequest request, AcknowledgedBytes bytes, Listener listener) {
        this.request = request;
        this.bytes = bytes;
        this.response = request.response();
        this.listener = listener;
    }

    /**
     * Begins the stream: sends the complete head of the response, and {@code first} behind it.
     *
     * @param bytes counts what is written to the connection; null if nothing is to be counted
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

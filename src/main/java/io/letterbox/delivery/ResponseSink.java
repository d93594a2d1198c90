package io.letterbox.delivery;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;

/** The plain way out, through Vert.x: HTTP/2, HTTP/1.0, and whatever {@link ChannelSink} does not fit. */
final class ResponseSink implements SseSink {
    private final HttpServerRequest request;
    private final HttpServerResponse response;

    /** Null once the subscriber wants to hear no more. */
    private Listener listener;

    private boolean closed;

    private ResponseSink(HttpServerRequest request, Listener listener) {
        this.request = request;
        this.response = request.response();
        this.listener = listener;
    }

    /** Begins the stream: the response's head is complete, {@code first} follows it. */
    static ResponseSink open(HttpServerRequest request, Buffer first, int writeQueueBytes, Listener listener) {
        ResponseSink sink = new ResponseSink(request, listener);
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
        if (!closed) response.write(chunk.plain());
    }

    @Override
    public void write(SseChunk chunk, Runnable taken) {
        if (!closed) response.write(chunk.plain()).onSuccess(written -> taken.run());
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

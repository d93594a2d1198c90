package io.letterbox.sse;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollSocketChannel;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxConnection;

/**
 * The short way out for HTTP/1.1: Vert.x writes the head and the end of the response, what lies between is written below
 * its HTTP encoder, because it is framed already. That saves a promise, a message object, an encoder's pass and a copy to
 * direct memory per write and subscriber, and Vert.x' state stays true: for it, this is a chunked response that has not
 * ended.
 *
 * <p>It is a handler in the channel's pipeline, too, to learn when the socket takes bytes again and when it is gone.
 */
final class ChannelSink extends ChannelInboundHandlerAdapter implements SseSink {
    private static final String VERTX_ENCODER = "httpEncoder";
    private static final String VERTX_HANDLER = "handler";

    private final HttpServerResponse response;
    private final ChannelHandlerContext belowEncoder;
    private final ChannelPromise noPromise;

    /** Null where nobody counts. */
    private final AcknowledgedBytes bytes;

    /** Null once the subscriber wants to hear no more. */
    private Listener listener;

    private ChannelSink(
            HttpServerResponse response, VertxConnection connection, AcknowledgedBytes bytes, Listener listener) {
        this.response = response;
        this.belowEncoder = connection.channel().pipeline().context(VERTX_ENCODER);
        this.noPromise = connection.voidPromise;
        this.bytes = bytes;
        this.listener = listener;
    }

    /** True where a request's connection lets itself be written to in this way. */
    static boolean fits(HttpServerRequest request) {
        if (!(request.connection() instanceof VertxConnection connection)) return false;
        ChannelPipeline pipeline = connection.channel().pipeline();
        return pipeline.context(VERTX_ENCODER) != null && pipeline.context(VERTX_HANDLER) != null;
    }

    /**
     * Begins the stream: the response's head is complete, {@code first} follows it.
     *
     * @param bytes counts what the connection is given; null where nobody wants to know
     */
    static ChannelSink open(
            HttpServerRequest request,
            Buffer first,
            WriteBufferWaterMark marks,
            AcknowledgedBytes bytes,
            Listener listener) {
        VertxConnection connection = (VertxConnection) request.connection();
        Channel channel = connection.channel();
        channel.config().setWriteBufferWaterMark(marks);
        HttpServerResponse response = request.response();
        response.setChunked(true).write(first);
        ChannelSink sink = new ChannelSink(response, connection, bytes, listener);
        channel.pipeline().addBefore(VERTX_HANDLER, null, sink);
        return sink;
    }

    /**
     * Has the kernel cut a connection whose peer acknowledges nothing for this long; otherwise one that vanished without
     * a word would be noticed after a quarter of an hour. Only where the transport can (Linux' native one); elsewhere
     * the stall has to tell.
     */
    static void noticeSilence(HttpServerRequest request, int timeoutMs) {
        if (!(request.connection() instanceof ConnectionBase connection)) return;
        if (!(connection.channel() instanceof EpollSocketChannel channel)) return;
        channel.config().setTcpUserTimeout(timeoutMs);
    }

    @Override
    public void write(SseChunk chunk) {
        belowEncoder.writeAndFlush(chunk.framed(), noPromise);
    }

    @Override
    public long written() {
        return bytes.written();
    }

    @Override
    public long acknowledged() {
        return bytes.acknowledged();
    }

    @Override
    public boolean writable() {
        return belowEncoder.channel().isWritable();
    }

    @Override
    public void end() {
        listener = null;
        response.end().onComplete(ended -> belowEncoder.close());
    }

    @Override
    public void abort() {
        listener = null;
        // Below the HTTP handlers, because Vert.x would first wait until everything has been written.
        belowEncoder.close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (listener != null && context.channel().isWritable()) listener.onDrained();
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        Listener told = listener;
        listener = null;
        if (told != null) told.onClosed();
        context.fireChannelInactive();
    }
}

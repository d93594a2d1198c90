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
 * The fast sink, for HTTP/1.1: Vert.x writes the head and the end of the response; chunks are written below its HTTP
 * encoder, because they are framed already. That saves a promise, a message object, an encoder's pass and a copy to
 * direct memory for each write and subscriber. Vert.x' state stays valid: to Vert.x, this is a chunked response that
 * has not ended.
 *
 * <p>It is also a handler in the channel's pipeline, which tells it when the socket takes bytes again and when it is
 * closed.
 */
final class ChannelSink extends ChannelInboundHandlerAdapter implements SseSink {
    private static final String VERTX_ENCODER = "httpEncoder";
    private static final String VERTX_HANDLER = "handler";

    private final HttpServerResponse response;
    private final ChannelHandlerContext belowEncoder;
    private final ChannelPromise noPromise;

    /** Null if acknowledged bytes are not counted. */
    private final AcknowledgedBytes bytes;

    /** Null after the subscriber has been detached. */
    private Listener listener;

    private ChannelSink(
            HttpServerResponse response, VertxConnection connection, AcknowledgedBytes bytes, Listener listener) {
        this.response = response;
        this.belowEncoder = connection.channel().pipeline().context(VERTX_ENCODER);
        this.noPromise = connection.voidPromise;
        this.bytes = bytes;
        this.listener = listener;
    }

    /** True if a request's connection can be written to below the HTTP encoder. */
    static boolean fits(HttpServerRequest request) {
        if (!(request.connection() instanceof VertxConnection connection)) return false;
        ChannelPipeline pipeline = connection.channel().pipeline();
        return pipeline.context(VERTX_ENCODER) != null && pipeline.context(VERTX_HANDLER) != null;
    }

    /**
     * Begins the stream: sends the complete head of the response, and {@code first} behind it.
     *
     * @param bytes counts what is written to the connection; null if nothing is to be counted
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
     * Has the kernel close a connection whose peer acknowledges nothing for this long; a peer that vanished without a
     * reset would otherwise be noticed after a quarter of an hour. Works with Linux' native transport only; with others
     * the stall timeout has to do.
     */
    static void setTcpUserTimeout(HttpServerRequest request, int timeoutMs) {
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
        // Below the HTTP handlers, because Vert.x would wait until everything has been written before it closes.
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

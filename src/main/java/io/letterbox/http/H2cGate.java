package io.letterbox.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.vertx.core.http.HttpServerOptions;

/**
 * The first to see what a connection sends where HTTP/2 is spoken without TLS. Vert.x tells the two protocols apart, and
 * makes the handlers of the one that it is; with HTTP/1 it would decode the first request before anybody can put
 * {@link StrictDecoder} in place, and obey an {@code Upgrade} in it. So Vert.x gets an empty line first, which is allowed
 * before a request and means nothing, and then a decoder that is strict.
 *
 * <p>Owned by the connection's event loop.
 */
final class H2cGate extends ChannelInboundHandlerAdapter {
    /**
     * What is read of a connection in one turn of its loop. A frame of nine bytes can be a second's work for a thousand of
     * them (streams that are opened and reset), so everybody else has to have a turn in between.
     */
    private static final int READ_BYTES = 4096;

    private final HttpServerOptions options;

    /** What came and could be either; null where nothing did. */
    private ByteBuf held;

    H2cGate(HttpServerOptions options) {
        this.options = options;
    }

    /** Before the connection's first read, which decides how all the others are done. */
    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.channel()
                .config()
                .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(1));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        held = held == null ? bytes : Unpooled.wrappedBuffer(held, bytes);
        ByteBuf preface = Http2CodecUtil.connectionPrefaceBuf();
        int length = Math.min(preface.readableBytes(), held.readableBytes());
        boolean http2 = held.slice(held.readerIndex(), length).equals(preface.slice(0, length));
        boolean whole = length == preface.readableBytes();
        preface.release();
        if (http2 && !whole) return;
        ByteBuf all = held;
        held = null;
        if (!http2) {
            context.fireChannelRead(Unpooled.copiedBuffer(new byte[] {'\r', '\n'}));
            Http1Pipeline.makeStrict(context.pipeline(), options);
        }
        context.fireChannelRead(all);
        context.pipeline().remove(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (held != null) held.release();
        held = null;
    }
}

package io.letterbox.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.vertx.core.http.HttpServerOptions;

/**
 * The first handler of a connection if HTTP/2 is accepted without TLS. Vert.x detects the protocol and adds the
 * handlers for it; with HTTP/1 it would decode the first request before {@link StrictDecoder} can be put in place, and
 * would follow an {@code Upgrade} in it. So Vert.x gets an empty line first, which is allowed before a request and
 * ignored, and then a strict decoder.
 *
 * <p>Owned by the connection's event loop.
 */
final class H2cGate extends ChannelInboundHandlerAdapter {
    /**
     * Bytes that are read from a connection in one iteration of its event loop. A thousand frames of nine bytes
     * (streams that are opened and reset) can take a second to handle, so other connections need to be handled in
     * between.
     */
    private static final int READ_BYTES = 4096;

    private final HttpServerOptions options;

    /** The first bytes, as long as they may be of either protocol; null if there are none. */
    private ByteBuf held;

    H2cGate(HttpServerOptions options) {
        this.options = options;
    }

    /** Runs before the connection's first read, which fixes the size of all others. */
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

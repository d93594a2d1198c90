package io.letterbox.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Hands what a connection of HTTP/1 has read to the decoder in small slices, and none while the connection does not want
 * to read. The decoder turns all the bytes that it gets into requests, and Vert.x says only after a whole turn of reading
 * that enough of them wait: a turn may bring a megabyte, and the shortest request has 18 bytes and takes some 400 in
 * memory. With slices, a client that sends requests and reads no answers costs what one slice can be made into.
 *
 * <p>Owned by the connection's event loop.
 */
final class InboundSlices extends ChannelDuplexHandler {
    /** Large enough that a body's way through it costs little beside what is done with the body. */
    static final int SLICE_BYTES = 4096;

    /** What has been read and not been handed on, in order. At most what one turn of reading brings. */
    private final Queue<ByteBuf> held = new ArrayDeque<>();

    private int handedOn; // Bytes since the last end of a turn.
    private boolean delivering;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes) {
            held.add(bytes);
            deliver(context);
        } else {
            context.fireChannelRead(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        endTurn(context);
    }

    /** Asked for when the connection wants to read on: what is here already comes first. */
    @Override
    public void read(ChannelHandlerContext context) {
        if (held.isEmpty()) {
            context.read();
        } else if (!delivering) {
            context.executor().execute(() -> resume(context));
        }
    }

    /** A turn of its own: the last slice may be a short one, and Vert.x goes on only when it hears of the turn's end. */
    private void resume(ChannelHandlerContext context) {
        deliver(context);
        if (handedOn > 0) endTurn(context);
        if (held.isEmpty() && context.channel().config().isAutoRead()) context.read();
    }

    private void deliver(ChannelHandlerContext context) {
        if (delivering) return; // Called from below, in the loop that follows.
        delivering = true;
        try {
            while (!held.isEmpty() && context.channel().config().isAutoRead()) {
                ByteBuf slice = next(SLICE_BYTES - handedOn);
                handedOn += slice.readableBytes();
                context.fireChannelRead(slice);
                if (handedOn >= SLICE_BYTES) endTurn(context);
            }
        } finally {
            delivering = false;
        }
    }

    private ByteBuf next(int limit) {
        ByteBuf first = held.element();
        return first.readableBytes() > limit ? first.readRetainedSlice(limit) : held.remove();
    }

    /** Lets those below flush what they answered, and say whether they want more. */
    private void endTurn(ChannelHandlerContext context) {
        handedOn = 0;
        context.fireChannelReadComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        release();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        release();
    }

    private void release() {
        while (!held.isEmpty()) held.remove().release();
    }
}

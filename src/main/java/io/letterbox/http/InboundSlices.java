package io.letterbox.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Passes the bytes of a connection of HTTP/1 to the decoder in small slices, and none while the connection is paused.
 * The decoder turns all bytes that it gets into requests, and Vert.x pauses only after a whole read loop: that may
 * bring a megabyte, and the shortest request has 18 bytes and takes some 400 in memory. With slices, a client that
 * sends requests and reads no responses costs the requests of one slice.
 *
 * <p>Owned by the connection's event loop.
 */
final class InboundSlices extends ChannelDuplexHandler {
    /** Large enough that the slices of a body cost little compared with handling the body. */
    static final int SLICE_BYTES = 4096;

    /** Bytes that have been read and not passed on, in order. At most those of one read loop. */
    private final Queue<ByteBuf> held = new ArrayDeque<>();

    private int handedOn; // Bytes since the last channelReadComplete.
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
        completeRead(context);
    }

    /** Called when the connection wants to read on: held bytes come first. */
    @Override
    public void read(ChannelHandlerContext context) {
        if (held.isEmpty()) {
            context.read();
        } else if (!delivering) {
            context.executor().execute(() -> resume(context));
        }
    }

    /**
     * Delivers outside of a read loop: the last slice may be short, and Vert.x resumes only on a channelReadComplete.
     */
    private void resume(ChannelHandlerContext context) {
        deliver(context);
        if (handedOn > 0) completeRead(context);
        if (held.isEmpty() && context.channel().config().isAutoRead()) context.read();
    }

    private void deliver(ChannelHandlerContext context) {
        if (delivering) return; // Called by a handler downstream, from within the loop below.
        delivering = true;
        try {
            while (!held.isEmpty() && context.channel().config().isAutoRead()) {
                ByteBuf slice = next(SLICE_BYTES - handedOn);
                handedOn += slice.readableBytes();
                context.fireChannelRead(slice);
                if (handedOn >= SLICE_BYTES) completeRead(context);
            }
        } finally {
            delivering = false;
        }
    }

    private ByteBuf next(int limit) {
        ByteBuf first = held.element();
        return first.readableBytes() > limit ? first.readRetainedSlice(limit) : held.remove();
    }

    /** Lets the handlers downstream flush their responses, and pause the connection if they want no more. */
    private void completeRead(ChannelHandlerContext context) {
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

package io.letterbox.sse;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Counts the bytes that are written to a connection and the bytes that the peer's kernel has acknowledged: neither what
 * waits in Netty nor what this kernel holds, sent or not, counts as acknowledged. Reads these fields of Linux'
 * {@code struct tcp_info} (include/uapi/linux/tcp.h, since 4.6; tcp(7), TCP_INFO):
 *
 * <pre>
 *   offset  16  u32 tcpi_snd_mss        bytes of a segment at most
 *   offset  24  u32 tcpi_unacked        segments that are sent and not acknowledged
 *   offset 120  u64 tcpi_bytes_acked    RFC 4898, tcpEStatsAppHCThruOctetsAcked
 *   offset 144  u32 tcpi_notsent_bytes  bytes in the kernel that are not sent
 * </pre>
 *
 * <p>Elsewhere the kernel does not say it, and what it has taken counts as acknowledged; its send buffer is kept small
 * then. A handler at the head of the connection's pipeline; owned by its event loop.
 */
final class AcknowledgedBytes extends ChannelOutboundHandlerAdapter {
    private static final String NAME = "acknowledgedBytes";
    private static final int SEGMENT_BYTES = 16;
    private static final int UNACKED = 24;
    private static final int BYTES_ACKED = 120;
    private static final int NOT_SENT = 144;
    private static final int INFO_BYTES = 152;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_INFO = 11;
    private static final RawUnixChannelOption INFO =
            new RawUnixChannelOption("TCP_INFO", IPPROTO_TCP, TCP_INFO, INFO_BYTES);

    private static final long UNKNOWN = Long.MIN_VALUE;

    private final Channel channel;
    private long written;
    private long acknowledged;

    /**
     * By how much the kernel's count of acknowledged bytes exceeds ours. Exact as soon as nothing has been in flight
     * for a moment; an upper bound before that.
     */
    private long kernelAhead = UNKNOWN;

    private AcknowledgedBytes(Channel channel) {
        this.channel = channel;
    }

    /**
     * The counter of a connection; counts from the first call on.
     *
     * @param alone whether the connection serves one stream and nothing else, so that its buffers may be made small
     */
    static AcknowledgedBytes of(Channel channel, boolean alone) {
        if (channel.pipeline().get(NAME) instanceof AcknowledgedBytes counting) return counting;
        AcknowledgedBytes counting = new AcknowledgedBytes(channel);
        if (alone) counting.keepBuffersSmall();
        counting.acknowledged();
        channel.pipeline().addFirst(NAME, counting);
        return counting;
    }

    private void keepBuffersSmall() {
        if (channel instanceof EpollSocketChannel) {
            // Only what the kernel has not sent yet is bounded; what is in flight may be as much as the path needs.
            channel.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) DeliveryLimits.GROUP_UNSENT_BYTES);
        } else {
            channel.config().setOption(ChannelOption.SO_SNDBUF, DeliveryLimits.GROUP_UNSENT_BYTES);
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) written += bytes.readableBytes();
        context.write(message, promise);
    }

    /** How many bytes have been written to the connection since counting began. */
    long written() {
        return written;
    }

    /** How many of these bytes the peer's kernel has acknowledged; makes a system call. */
    long acknowledged() {
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        if (waiting == null || !channel.isActive()) return acknowledged;
        long taken = waiting.isEmpty() ? written : written - waiting.totalPendingWriteBytes();
        long now = channel instanceof EpollSocketChannel epoll ? acknowledged(epoll, taken) : taken;
        acknowledged = Math.max(acknowledged, now);
        return acknowledged;
    }

    private long acknowledged(EpollSocketChannel epoll, long taken) {
        ByteBuffer info = epoll.config().getOption(INFO).order(ByteOrder.nativeOrder());
        long kernel = info.getLong(BYTES_ACKED);
        long underWay = written
                - taken
                + Integer.toUnsignedLong(info.getInt(NOT_SENT))
                + Integer.toUnsignedLong(info.getInt(UNACKED)) * info.getInt(SEGMENT_BYTES);
        if (underWay == 0 || kernelAhead == UNKNOWN) kernelAhead = kernel + underWay - written;
        return kernel - kernelAhead;
    }
}

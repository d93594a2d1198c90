package io.letterbox.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** The count of acknowledged bytes, on real connections. */
class AcknowledgedBytesTest {
    private static final int MUCH = 8 << 20;
    private static final int RECEIVE_BUFFER_BYTES = 4096;

    private interface Checks {
        void run(Channel channel, Socket client) throws Exception;
    }

    private static void connected(IoHandlerFactory io, Class<? extends ServerChannel> kind, Checks checks)
            throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, io);
        BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        try (Socket client = new Socket()) {
            Channel server = new ServerBootstrap()
                    .group(group)
                    .channel(kind)
                    .childHandler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelActive(ChannelHandlerContext context) {
                            accepted.add(context.channel());
                        }
                    })
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            client.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
            client.connect((InetSocketAddress) server.localAddress());
            checks.run(accepted.take(), client);
        } finally {
            group.shutdownGracefully();
        }
    }

    private static <T> T on(Channel channel, Callable<T> task) throws Exception {
        return channel.eventLoop().submit(task).get();
    }

    private static void write(Channel channel, int bytes) throws Exception {
        on(channel, () -> channel.writeAndFlush(Unpooled.buffer(bytes).writeZero(bytes)));
    }

    @Test
    void neitherWhatIsSentNorWhatWaitsForAnOpenWindowCounts() throws Exception {
        assumeTrue(Epoll.isAvailable());
        connected(EpollIoHandler.newFactory(), EpollServerSocketChannel.class, (channel, client) -> {
            // Bytes from before the count: an earlier response on a connection that is kept open.
            write(channel, 1000);
            client.getInputStream().readNBytes(1000);
            AcknowledgedBytes bytes = on(channel, () -> AcknowledgedBytes.of(channel, true));
            assertThat(on(channel, () -> AcknowledgedBytes.of(channel, true))).isSameAs(bytes);
            assertThat(on(channel, bytes::acknowledged)).isZero();

            write(channel, MUCH);
            assertThat(on(channel, bytes::written)).isEqualTo(MUCH);
            // The window is closed when nothing moves any more although much is left.
            await().until(() -> {
                long before = on(channel, bytes::acknowledged);
                Thread.sleep(300);
                return before > 0 && on(channel, bytes::acknowledged) == before;
            });
            assertThat(on(channel, bytes::acknowledged)).isLessThan(MUCH / 8);

            long read = 0;
            while (read < MUCH) {
                int some = client.getInputStream().readNBytes(1 << 20).length;
                read += some;
                long acknowledged = on(channel, bytes::acknowledged);
                assertThat(acknowledged).isBetween(read - some, (long) MUCH);
            }
            await().until(() -> on(channel, bytes::acknowledged) == MUCH);
            write(channel, 5);
            await().until(() -> on(channel, bytes::acknowledged) == MUCH + 5);
        });
    }

    @Test
    void whatWasUnderWayBeforeIsNotTakenForWhatCameLater() throws Exception {
        assumeTrue(Epoll.isAvailable());
        connected(EpollIoHandler.newFactory(), EpollServerSocketChannel.class, (channel, client) -> {
            write(channel, MUCH);
            AcknowledgedBytes bytes = on(channel, () -> AcknowledgedBytes.of(channel, false));
            assertThat(on(channel, bytes::acknowledged)).isZero();
            write(channel, 1000);
            client.getInputStream().readNBytes(MUCH);
            assertThat(on(channel, bytes::acknowledged)).isLessThanOrEqualTo(1000);
            client.getInputStream().readNBytes(1000);
            await().until(() -> on(channel, bytes::acknowledged) == 1000);
        });
    }

    @Test
    void elsewhereWhatTheKernelTookCounts() throws Exception {
        connected(NioIoHandler.newFactory(), NioServerSocketChannel.class, (channel, client) -> {
            AcknowledgedBytes bytes = on(channel, () -> AcknowledgedBytes.of(channel, true));
            write(channel, MUCH);
            assertThat(on(channel, bytes::acknowledged)).isLessThan(MUCH);
            assertThat(client.getInputStream().readNBytes(MUCH)).hasSize(MUCH);
            await().until(() -> on(channel, bytes::acknowledged) == MUCH);
        });
    }
}

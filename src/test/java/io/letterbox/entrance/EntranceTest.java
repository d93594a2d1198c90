package io.letterbox.entrance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** As in a server, one event loop accepts the connections and another handles them. */
class EntranceTest {
    private final EventLoopGroup accepting = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
    private final EventLoopGroup handling = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
    private final LocalAddress address = new LocalAddress(EntranceTest.class);
    private final List<Channel> accepted = new ArrayList<>();

    private final Entrance entrance =
            new Entrance(new DoorLimits("http", 10, 0, 10), new OpenFiles(System.nanoTime()), accepted::add);

    @AfterEach
    void end() throws InterruptedException {
        end(accepting);
        end(handling);
    }

    private static void end(EventLoopGroup group) throws InterruptedException {
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
    }

    private Channel connect() throws InterruptedException {
        return new Bootstrap()
                .group(handling)
                .channel(LocalChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(address)
                .sync()
                .channel();
    }

    @Test
    void connectionsThatOutliveTheLoopThatAcceptsAreStillCounted() throws InterruptedException {
        new ServerBootstrap()
                .group(accepting, handling)
                .channel(LocalServerChannel.class)
                .handler(entrance)
                .childHandler(new ChannelInboundHandlerAdapter())
                .bind(address)
                .sync();
        Channel client = connect();
        await().until(() -> entrance.open() == 1);
        assertThat(entrance.silent()).isEqualTo(1);
        end(accepting);
        AcceptedConnection.onFirstRequest(accepted.get(0));
        await().until(() -> entrance.silent() == 0);
        assertThat(entrance.open()).isEqualTo(1);
        client.close().sync();
        await().until(() -> entrance.open() == 0);
    }
}

package io.letterbox.entrance;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands where the connections of one door are accepted, before any event loop has heard of them: a loop that is busy would
 * learn too late that thousands wait, each with a descriptor. Owned by the loop that accepts.
 */
public final class Entrance extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);
    private static final long LOOK_MS = 1_000;

    /** After accepting failed, so long nobody is accepted: what is missing comes back only when somebody leaves. */
    private static final long PAUSE_MS = 1_000;

    /** However many are refused, the log says so once in this time. */
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final DoorLimits limits;
    private final OpenFiles files;
    private final Consumer<Channel> greeting;
    private final Guests<Guest> guests;
    private final LongAdder refused = new LongAdder();
    private EventExecutor loop;
    private ScheduledFuture<?> looking;
    private long saidNanos;
    private boolean said;

    /** Written by any thread. */
    private volatile boolean shut;

    // For whoever asks from another thread.
    private volatile int open;
    private volatile int silent;

    /**
     * @param files of both doors
     * @param greeting what is done with a connection that may come in, before anything is read from it
     */
    Entrance(DoorLimits limits, OpenFiles files, Consumer<Channel> greeting) {
        this.limits = limits;
        this.files = files;
        this.greeting = greeting;
        this.guests = new Guests<>(limits);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        loop = context.executor();
        looking = loop.scheduleAtFixedRate(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        looking.cancel(false);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Channel channel = (Channel) message;
        if (shut) {
            channel.unsafe().closeForcibly();
            return;
        }
        long now = System.nanoTime();
        Guest guest = new Guest(channel, this);
        boolean spared = files.spares(now);
        List<Guest> leaving = guests.arrive(guest, address(channel), now, spared);
        boolean comesIn = !leaving.contains(guest);
        leaving.forEach(Guest::sendAway);
        refused.add(leaving.size());
        if (!leaving.isEmpty()) say(now, spared);
        if (!comesIn) {
            if (spared) files.closed();
            return;
        }
        channel.closeFuture().addListener(closed -> loop.execute(() -> left(guest)));
        publish();
        greeting.accept(channel);
        context.fireChannelRead(channel);
    }

    private static InetAddress address(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress remote && remote.getAddress() != null
                ? remote.getAddress()
                : InetAddress.getLoopbackAddress(); // It has gone already.
    }

    private void left(Guest guest) {
        files.closed();
        guests.left(guest);
        publish();
    }

    /** From any event loop. */
    void spoke(Guest guest) {
        loop.execute(() -> {
            guests.spoke(guest);
            publish();
        });
    }

    private void look() {
        List<Guest> overdue = guests.overdue(System.nanoTime());
        overdue.forEach(Guest::sendAway);
        publish();
    }

    private void publish() {
        open = guests.open();
        silent = guests.silent();
    }

    private void say(long nowNanos, boolean filesLeft) {
        if (said && nowNanos - saidNanos < QUIET_NANOS) return;
        said = true;
        saidNanos = nowNanos;
        String section = limits.section();
        LOG.warn(
                "Connections are being refused or closed for want of room: {} are open ({}.maxConnections is {}), {} of them"
                        + " have said nothing ({}.maxSilentPerAddress is {}, {}.maxConnectionsPerAddress {}); {}",
                guests.open(),
                section,
                limits.maxConnections(),
                guests.silent(),
                section,
                limits.maxSilentPerAddress(),
                section,
                limits.maxPerAddress(),
                filesLeft
                        ? "files are not short"
                        : "with " + files.forConnections()
                                + " files open, the rest that the process may have (ulimit -n) is kept for logs");
    }

    /** Accepting failed, most likely for want of descriptors. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        long now = System.nanoTime();
        if (!said || now - saidNanos >= QUIET_NANOS) {
            said = true;
            saidNanos = now;
            LOG.warn("Connections to the {} door could not be accepted: {}", limits.section(), failure.toString());
        }
        context.channel().config().setAutoRead(false);
        loop.schedule(() -> context.channel().config().setAutoRead(true), PAUSE_MS, TimeUnit.MILLISECONDS);
    }

    /** Lets nobody in any more: the server behind is about to be closed, and has no loop for a newcomer. From any thread. */
    public void shut() {
        shut = true;
    }

    /** What is allowed here. */
    public DoorLimits limits() {
        return limits;
    }

    /** How many connections are open; from any thread. */
    public int open() {
        return open;
    }

    /** How many of them have sent no whole request yet; from any thread. */
    public int silent() {
        return silent;
    }

    /** How many were refused or sent away for want of room; from any thread. */
    public long refused() {
        return refused.sum();
    }
}

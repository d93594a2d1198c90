package io.letterbox.entrance;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handler that accepts the connections of one server and enforces its limits, before any other event loop knows of
 * them: a busy event loop would notice too late that thousands wait, each with a descriptor. Owned by the event loop
 * that accepts.
 */
public final class Entrance extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);
    private static final long OVERDUE_CHECK_MS = 1_000;

    /** How long nothing is accepted after accepting has failed: descriptors become free only when connections close. */
    private static final long PAUSE_MS = 1_000;

    /** The shortest time between two log messages about refused connections. */
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final DoorLimits limits;
    private final OpenFiles files;
    private final Consumer<Channel> greeting;
    private final AcceptedConnections<AcceptedConnection> connections;
    private final LongAdder refused = new LongAdder();
    private EventExecutor loop;
    private ScheduledFuture<?> overdueCheck;
    private long loggedNanos;
    private boolean logged;

    /** Written by any thread. */
    private volatile boolean shut;

    // For readers on other threads.
    private volatile int open;
    private volatile int silent;

    /**
     * @param files shared by both servers
     * @param greeting the action on a connection that is admitted, before anything is read from it
     */
    Entrance(DoorLimits limits, OpenFiles files, Consumer<Channel> greeting) {
        this.limits = limits;
        this.files = files;
        this.greeting = greeting;
        this.connections = new AcceptedConnections<>(limits);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        loop = context.executor();
        overdueCheck =
                loop.scheduleAtFixedRate(this::closeOverdue, OVERDUE_CHECK_MS, OVERDUE_CHECK_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        overdueCheck.cancel(false);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Channel channel = (Channel) message;
        if (shut) {
            channel.unsafe().closeForcibly();
            return;
        }
        long now = System.nanoTime();
        AcceptedConnection connection = new AcceptedConnection(channel, this);
        boolean spared = files.tryTake(now);
        List<AcceptedConnection> leaving = connections.admit(connection, address(channel), now, spared);
        boolean comesIn = !leaving.contains(connection);
        leaving.forEach(AcceptedConnection::close);
        refused.add(leaving.size());
        if (!leaving.isEmpty()) logRefusals(now, spared);
        if (!comesIn) {
            if (spared) files.closed();
            return;
        }
        channel.closeFuture().addListener(closed -> onLoop(() -> onClosed(connection)));
        publish();
        greeting.accept(channel);
        context.fireChannelRead(channel);
    }

    private static InetAddress address(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress remote && remote.getAddress() != null
                ? remote.getAddress()
                : InetAddress.getLoopbackAddress(); // It is closed already.
    }

    private void onClosed(AcceptedConnection connection) {
        files.closed();
        connections.remove(connection);
        publish();
    }

    /** Called from any event loop. */
    void onFirstRequest(AcceptedConnection connection) {
        onLoop(() -> {
            connections.onFirstRequest(connection);
            publish();
        });
    }

    /**
     * Runs a task on the event loop that accepts. When a server stops, that loop may end before those of the
     * connections. Then what it owned passes to the thread that tells of its end, which runs one task at a time.
     */
    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException ended) {
            loop.terminationFuture().addListener(terminated -> task.run());
        }
    }

    private void closeOverdue() {
        List<AcceptedConnection> overdue = connections.overdue(System.nanoTime());
        overdue.forEach(AcceptedConnection::close);
        publish();
    }

    private void publish() {
        open = connections.open();
        silent = connections.silent();
    }

    private void logRefusals(long nowNanos, boolean filesLeft) {
        if (logged && nowNanos - loggedNanos < QUIET_NANOS) return;
        logged = true;
        loggedNanos = nowNanos;
        String section = limits.section();
        LOG.warn(
                "Connections are being refused or closed for want of room: {} are open ({}.maxConnections is {}), {} of"
                        + " them have said nothing ({}.maxSilentPerAddress is {}, {}.maxConnectionsPerAddress {}); {}",
                connections.open(),
                section,
                limits.maxConnections(),
                connections.silent(),
                section,
                limits.maxSilentPerAddress(),
                section,
                limits.maxPerAddress(),
                filesLeft
                        ? "files are not short"
                        : "with " + files.forConnections()
                                + " files open, the rest that the process may have (ulimit -n) is kept for logs");
    }

    /** Handles a failure to accept, most likely for want of descriptors. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        long now = System.nanoTime();
        if (!logged || now - loggedNanos >= QUIET_NANOS) {
            logged = true;
            loggedNanos = now;
            LOG.warn("Connections to the {} door could not be accepted: {}", limits.section(), failure.toString());
        }
        context.channel().config().setAutoRead(false);
        loop.schedule(() -> context.channel().config().setAutoRead(true), PAUSE_MS, TimeUnit.MILLISECONDS);
    }

    /** Refuses all further connections: the server behind is about to be closed. From any thread. */
    public void shut() {
        shut = true;
    }

    /** The limits. */
    public DoorLimits limits() {
        return limits;
    }

    /** The number of open connections; from any thread. */
    public int open() {
        return open;
    }

    /** The number of them that have not sent a whole request yet; from any thread. */
    public int silent() {
        return silent;
    }

    /** The number of connections that were refused, or closed to make room; from any thread. */
    public long refused() {
        return refused.sum();
    }
}

package io.letterbox.cluster.hazelcast;

import com.hazelcast.config.Config;
import io.letterbox.cluster.NodeIdentity;
import io.letterbox.cluster.Peer;
import io.letterbox.cluster.PeerCarrier;
import io.letterbox.cluster.PeerException;
import io.letterbox.metadata.Endpoint;
import io.letterbox.text.FileTrouble;
import io.letterbox.time.Clock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.internal.VertxInternal;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests over the clustered event bus: one address for each start of a node, an envelope as a message, an empty
 * message as a ping. It starts in the background, and again if Hazelcast ends by itself. Any thread.
 */
public final class HazelcastBus implements PeerCarrier {
    private static final Logger LOG = LoggerFactory.getLogger(HazelcastBus.class);
    private static final long PING_MS = 1_000;
    private static final long AGAIN_MS = 5_000;
    private static final long SLOW_START_MS = 30_000;
    private static final long CLOSE_MS = 8_000;
    private static final long UNREGISTER_MS = 300;
    /** The time between two attempts to mend what is stale about one node. */
    private static final long TELL_AGAIN_MS = 10_000;
    /** After that the bus has closed a connection that nobody answers on, with all that waited in it. */
    private static final long GIVEN_UP_MS = 3 * ClusteredVertx.PING_MS;

    private final Vertx vertx;
    private final Clock clock;
    private final Peer self;
    private final BusAddresses at;
    private final Supplier<Collection<Peer>> peers;
    private final Supplier<Collection<Endpoint>> candidates;
    private final BusPings pings = new BusPings();

    /** When a node was told to register again. */
    private final Map<NodeIdentity, Long> toldMs = new ConcurrentHashMap<>();

    private final MemberCount count = new MemberCount();
    private final AtomicLong ends = new AtomicLong();
    private final Set<Sent> inFlight = ConcurrentHashMap.newKeySet();

    // Owned by the event loop of the context.
    private final Context context;
    private UUID cluster;
    private Future<Bus> starting = Future.succeededFuture();
    private boolean closed;
    private long registeredMs;

    // Written by that event loop, read by any thread.
    private volatile Bus bus;
    private volatile long downSinceMs;
    private volatile String failure = "";
    private volatile Function<Buffer, Future<Buffer>> handler;
    private volatile IntConsumer onUnheard = node -> {};

    /** A running bus, the loop that serves it, and this node's address there. */
    private record Bus(ClusteredVertx clustered, Context loop, MessageConsumer<Buffer> consumer) {}

    /** A request of which the bus may hold the bytes. */
    private static final class Sent {
        private final NodeIdentity to;
        private final long sentMs;
        private final long timeoutMs;
        private final Promise<Buffer> answer;
        /** The bus has said that no answer came in time. */
        private volatile boolean late;

        Sent(NodeIdentity to, long sentMs, long timeoutMs, Promise<Buffer> answer) {
            this.to = to;
            this.sentMs = sentMs;
            this.timeoutMs = timeoutMs;
            this.answer = answer;
        }

        void notSent(Set<Sent> inFlight, String why) {
            inFlight.remove(this);
            answer.tryFail(PeerException.notSent(to.node(), why));
        }

        void mayBeDone(Set<Sent> inFlight) {
            inFlight.remove(this);
            answer.tryFail(PeerException.mayBeDone(to.node(), "no answer came over the event bus"));
        }
    }

    /**
     * @param vertx not clustered; keeps the time
     * @param peers the other nodes that have answered lately
     * @param candidates where their Hazelcast is
     */
    public HazelcastBus(
            Vertx vertx,
            Clock clock,
            Peer self,
            BusAddresses at,
            Supplier<Collection<Peer>> peers,
            Supplier<Collection<Endpoint>> candidates) {
        this.vertx = vertx;
        this.clock = clock;
        this.self = self;
        this.at = at;
        this.peers = peers;
        this.candidates = candidates;
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        this.downSinceMs = clock.elapsedMs();
    }

    /** Begins to start, and returns at once. Once, when it is known which cluster the node belongs to. */
    public void open(UUID clusterId) {
        context.runOnContext(here -> {
            cluster = clusterId;
            downSinceMs = clock.elapsedMs();
            start();
            vertx.setPeriodic(PING_MS, timer -> {
                if (closed) vertx.cancelTimer(timer);
                tick();
            });
        });
    }

    private void start() {
        if (closed) return;
        Promise<Bus> started = Promise.promise();
        // Neither an event loop nor a worker: both belong to the other Vert.x, and it looks names up.
        Thread starter = new Thread(() -> start(started), "letterbox-bus-start");
        starter.setDaemon(true);
        starter.start();
        starting = started.future()
                .onComplete(done -> context.runOnContext(here -> {
                    if (done.succeeded()) {
                        up(done.result());
                    } else {
                        failed("could not start: " + FileTrouble.reason(done.cause()));
                    }
                }));
    }

    private void start(Promise<Bus> started) {
        Config config;
        try {
            config = HazelcastSettings.of(self, cluster, at, candidates);
        } catch (UnknownHostException | RuntimeException e) {
            started.fail(e);
            return;
        }
        ClusteredVertx.start(config, at, state -> context.runOnContext(here -> lost(state)))
                .onFailure(started::fail)
                .onSuccess(clustered -> {
                    Context loop = ((VertxInternal) clustered.vertx()).createEventLoopContext();
                    loop.runOnContext(here -> {
                        MessageConsumer<Buffer> consumer =
                                clustered.vertx().eventBus().consumer(address(self.identity()), this::received);
                        consumer.completion()
                                .onSuccess(registered -> started.complete(new Bus(clustered, loop, consumer)))
                                .onFailure(failed -> clustered.close().onComplete(over -> started.fail(failed)));
                    });
                });
    }

    private void up(Bus started) {
        if (closed) {
            started.clustered().close();
            return;
        }
        bus = started;
        failure = "";
        LOG.info("The event bus between the nodes is up");
    }

    private void failed(String sentence) {
        failure = sentence;
        LOG.warn("The event bus between the nodes {}; tried again in {} ms", sentence, AGAIN_MS);
        vertx.setTimer(AGAIN_MS, timer -> context.runOnContext(here -> start()));
    }

    /** Hazelcast does not come back by itself, and Vert.x cannot be given another one: both begin anew. */
    private void lost(String state) {
        Bus lost = bus;
        if (lost == null || closed) return;
        ends.incrementAndGet();
        bus = null;
        downSinceMs = clock.elapsedMs();
        pings.clear();
        for (Sent sent : inFlight) sent.mayBeDone(inFlight);
        lost.clustered().close().onComplete(over -> context.runOnContext(here -> failed("has ended: " + state)));
    }

    private static String address(NodeIdentity identity) {
        return "letterbox.node." + identity.node() + "." + Long.toHexString(identity.incarnation());
    }

    private void received(Message<Buffer> message) {
        Function<Buffer, Future<Buffer>> answers = handler;
        if (message.body().length() == 0 || answers == null) {
            message.reply(Buffer.buffer());
        } else {
            answers.apply(message.body()).onSuccess(message::reply);
        }
    }

    /** Has somebody told, by another way, which nodes are to register again. Before {@link #open}. */
    public void tellUnheard(IntConsumer node) {
        onUnheard = node;
    }

    /**
     * Registers this node's address again, because another one does not hear it: that mends what is stale there. Not
     * more often than they may be told.
     */
    public void registerAgain() {
        context.runOnContext(here -> {
            Bus now = bus;
            long nowMs = clock.elapsedMs();
            if (now == null || closed || nowMs - registeredMs < TELL_AGAIN_MS) return;
            registeredMs = nowMs;
            LOG.info("Registers on the event bus again: another node does not hear this one there");
            now.loop().runOnContext(there -> now.consumer().unregister().onComplete(gone -> {
                MessageConsumer<Buffer> again =
                        now.clustered().vertx().eventBus().consumer(address(self.identity()), this::received);
                context.runOnContext(back -> {
                    if (bus == now) bus = new Bus(now.clustered(), now.loop(), again);
                });
            }));
        });
    }

    private void tellUnheard(Collection<Peer> there) {
        long nowMs = clock.elapsedMs();
        toldMs.keySet().retainAll(there.stream().map(Peer::identity).toList());
        for (NodeIdentity unheard : pings.unheard()) {
            Long before = toldMs.get(unheard);
            if (before != null && nowMs - before < TELL_AGAIN_MS) continue;
            toldMs.put(unheard, nowMs);
            onUnheard.accept(unheard.node());
        }
    }

    private void tick() {
        for (Sent sent : inFlight) {
            if (!isHeld(sent)) sent.mayBeDone(inFlight);
        }
        Bus now = bus;
        if (now == null) return;
        Collection<Peer> there = peers.get();
        pings.retain(there);
        tellUnheard(there);
        count.look(now.clustered().members(), there.size() + 1, clock.elapsedMs());
        for (Peer peer : there) {
            now.loop().runOnContext(here -> now.clustered()
                    .vertx()
                    .eventBus()
                    .<Buffer>request(address(peer.identity()), Buffer.buffer(), within(BusPings.HEARD_MS))
                    .onSuccess(answer -> pings.heard(peer.identity(), clock.elapsedMs()))
                    .onFailure(silent -> pings.missed(peer.identity(), clock.elapsedMs())));
        }
    }

    private static DeliveryOptions within(long timeoutMs) {
        return new DeliveryOptions().setSendTimeout(Math.max(1, timeoutMs));
    }

    @Override
    public String name() {
        return "event bus";
    }

    @Override
    public boolean carriesBulk() {
        return false;
    }

    @Override
    public boolean reaches(Peer peer) {
        return bus != null && pings.reaches(peer.identity(), clock.elapsedMs());
    }

    @Override
    public Future<Buffer> send(Peer to, Buffer envelope, long timeoutMs) {
        Bus now = bus;
        if (now == null) return Future.failedFuture(PeerException.notSent(to.node(), "the event bus is down"));
        Sent sent = new Sent(to.identity(), clock.elapsedMs(), timeoutMs, Promise.promise());
        inFlight.add(sent);
        try {
            now.loop().runOnContext(here -> now.clustered()
                    .vertx()
                    .eventBus()
                    .<Buffer>request(address(to.identity()), envelope, within(timeoutMs))
                    .onSuccess(message -> {
                        inFlight.remove(sent);
                        sent.answer.tryComplete(message.body());
                    })
                    .onFailure(failed -> unanswered(sent, failed)));
        } catch (RejectedExecutionException closing) {
            sent.notSent(inFlight, "the event bus is closing");
        }
        return sent.answer.future();
    }

    /** Only where nobody is registered it is known that nothing was sent. */
    private void unanswered(Sent sent, Throwable failed) {
        if (failed instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS) {
            pings.missed(sent.to, clock.elapsedMs());
            sent.notSent(inFlight, "it is not on the event bus");
            return;
        }
        sent.late = true;
        if (!isHeld(sent)) sent.mayBeDone(inFlight);
    }

    /** Whether the bus may still hold the bytes of a request: it drops them with the connection, and tells nobody. */
    private boolean isHeld(Sent sent) {
        if (sent.late && pings.heardMs(sent.to) > sent.sentMs) return false;
        return clock.elapsedMs() - sent.sentMs <= sent.timeoutMs + GIVEN_UP_MS;
    }

    @Override
    public void receive(Function<Buffer, Future<Buffer>> answers) {
        handler = answers;
    }

    /** Whether the bus runs; it may be alone there. */
    public boolean isUp() {
        return bus != null;
    }

    /** How often Hazelcast has ended without being told to. */
    public long ends() {
        return ends.get();
    }

    /** The nodes that are there and have not answered on the bus for long; none while it is down. */
    public List<Integer> deaf() {
        return bus == null ? List.of() : pings.deaf(clock.elapsedMs());
    }

    /** What is wrong with the bus, for people; empty if all is well. Requests go over cluster.port meanwhile. */
    public List<String> sentences() {
        long nowMs = clock.elapsedMs();
        if (bus == null) {
            if (nowMs - downSinceMs < SLOW_START_MS) return List.of();
            return List.of("The event bus between the nodes is down" + (failure.isEmpty() ? "" : ": it " + failure)
                    + ". Requests between nodes go over cluster.port, which is slower. Other nodes have to reach"
                    + " cluster.busPort and cluster.discoveryPort.");
        }
        List<String> sentences = new ArrayList<>();
        String differs = count.sentence(nowMs);
        if (differs != null) sentences.add(differs);
        List<Integer> deaf = pings.deaf(nowMs);
        if (deaf.isEmpty()) return sentences;
        sentences.add("Nodes " + deaf + " do not answer on the event bus. Requests to them go over cluster.port, which"
                + " is slower. They have to be reachable at their cluster.busPort and cluster.discoveryPort.");
        return sentences;
    }

    /** Ends Hazelcast as a failure would. For tests. */
    void fail() {
        Bus now = bus;
        if (now != null) now.clustered().fail();
    }

    /** Is not found on the bus any more, as after an entry there that got lost. For tests. */
    void vanish() {
        Bus now = bus;
        if (now != null) now.loop().runOnContext(here -> now.consumer().unregister());
    }

    /** Closes the bus, by force if need be; complete after some seconds in any case, and then the process may end. */
    public Future<Void> close() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(here -> {
            closed = true;
            vertx.setTimer(CLOSE_MS, timer -> done.tryComplete());
            starting.onComplete(started -> context.runOnContext(then -> {
                Bus last = bus;
                bus = null;
                if (last == null) {
                    done.tryComplete();
                    return;
                }
                // Peers are told that nobody is there, instead of waiting for an answer.
                last.consumer().unregister();
                vertx.setTimer(UNREGISTER_MS, timer -> last.clustered().close().onComplete(over -> done.tryComplete()));
            }));
        });
        return done.future();
    }
}

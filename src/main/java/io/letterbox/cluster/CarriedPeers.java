package io.letterbox.cluster;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests from node to node, over the first carrier that reaches the other one. What a carrier has not sent is sent
 * over the next one; what it may have sent is not. Any thread.
 */
public final class CarriedPeers implements Peers {
    private static final Logger LOG = LoggerFactory.getLogger(CarriedPeers.class);

    private final Vertx vertx;
    private final Peer self;
    private final Supplier<Collection<Peer>> members;
    private final List<PeerCarrier> carriers;
    private final Map<PeerRequestKind, PeerHandler> handlers = new ConcurrentHashMap<>();
    private final Map<NodeIdentity, PeerPermits> permits = new ConcurrentHashMap<>();
    private final Set<Asked> unanswered = ConcurrentHashMap.newKeySet();

    /** Somebody waits for the answer of a process. Equal only to itself. */
    private static final class Asked {
        private final NodeIdentity to;
        private final Promise<Buffer> answer;

        Asked(NodeIdentity to, Promise<Buffer> answer) {
            this.to = to;
            this.answer = answer;
        }
    }

    /**
     * @param vertx keeps the deadlines
     * @param members the other nodes that have answered lately
     * @param carriers the ways to them, the one to be preferred first
     */
    public CarriedPeers(
            Vertx vertx, Peer self, Supplier<Collection<Peer>> members, List<? extends PeerCarrier> carriers) {
        this.vertx = vertx;
        this.self = self;
        this.members = members;
        this.carriers = List.copyOf(carriers);
        for (PeerCarrier carrier : carriers) carrier.receive(this::received);
    }

    @Override
    public Peer self() {
        return self;
    }

    @Override
    public Collection<Peer> members() {
        return members.get();
    }

    @Override
    public void answer(PeerRequestKind kind, PeerHandler handler) {
        handlers.put(kind, handler);
    }

    @Override
    public Future<Buffer> ask(int node, PeerRequestKind kind, Buffer body, long timeoutMs) {
        check(node, body, timeoutMs);
        Peer to = member(node);
        if (to == null) return Future.failedFuture(PeerException.notSent(node, "it has not answered lately"));
        PeerPermits held = permits(to);
        int size = body.length();
        if (!held.tryAcquire(size)) {
            return Future.failedFuture(PeerException.notSent(
                    node, "too many requests to it are not answered yet, or too many bytes are in them"));
        }
        Envelope.Request request = new Envelope.Request(
                self.identity(),
                kind.number(),
                to.identity().directoryId(),
                to.identity().incarnation(),
                (int) timeoutMs,
                body);
        Promise<Buffer> answer = promise();
        Asked asked = new Asked(to.identity(), answer);
        unanswered.add(asked);
        answer.future().onComplete(settled -> unanswered.remove(asked));
        long timer = vertx.setTimer(
                Math.max(1, timeoutMs),
                fired -> answer.tryFail(
                        PeerException.mayBeDone(node, "no answer came within " + timeoutMs + " milliseconds")));
        boolean bulk = kind.isBulk() || size > LARGE_BODY_BYTES;
        List<PeerCarrier> ways =
                carriers.stream().filter(way -> !bulk || way.carriesBulk()).toList();
        send(to, EnvelopeCodec.encode(request), timeoutMs, ways).onComplete(done -> {
            held.release(size);
            vertx.cancelTimer(timer);
            if (done.failed()) {
                answer.tryFail(done.cause());
            } else {
                complete(to, done.result(), answer);
            }
        });
        return answer.future();
    }

    /** A process has ended: nobody waits for its answers any longer. What it was asked may have been done. */
    public void ended(NodeIdentity process) {
        for (Asked asked : unanswered) {
            if (asked.to.equals(process))
                asked.answer.tryFail(PeerException.mayBeDone(process.node(), "its process has ended"));
        }
    }

    private void check(int node, Buffer body, long timeoutMs) {
        if (node == self.node()) throw new IllegalArgumentException("Node " + node + " asks itself");
        if (body.length() > MAX_BODY_BYTES) {
            throw new IllegalArgumentException(body.length() + " bytes; " + MAX_BODY_BYTES + " is the limit");
        }
        if (timeoutMs < 0 || timeoutMs > MAX_TIMEOUT_MS) throw new IllegalArgumentException(timeoutMs + " ms");
    }

    private static Promise<Buffer> promise() {
        ContextInternal context = ContextInternal.current();
        return context == null ? Promise.promise() : context.promise();
    }

    /** What is on its way to a process that has gone is forgotten once that is answered or lost. */
    private PeerPermits permits(Peer to) {
        if (!permits.containsKey(to.identity())) {
            permits.entrySet()
                    .removeIf(each ->
                            each.getKey().node() == to.node() && each.getValue().isUnused());
        }
        return permits.computeIfAbsent(to.identity(), identity -> new PeerPermits());
    }

    private static Future<Buffer> send(Peer to, Buffer envelope, long timeoutMs, List<PeerCarrier> ways) {
        for (int index = 0; index < ways.size(); index++) {
            if (!ways.get(index).reaches(to)) continue;
            List<PeerCarrier> others = ways.subList(index + 1, ways.size());
            return ways.get(index).send(to, envelope, timeoutMs).recover(failure -> {
                boolean elsewhere = failure instanceof PeerException known && !known.mayBeDone();
                return elsewhere && !others.isEmpty()
                        ? send(to, envelope, timeoutMs, others)
                        : Future.failedFuture(failure);
            });
        }
        return Future.failedFuture(PeerException.notSent(to.node(), "nothing reaches it at present"));
    }

    private static void complete(Peer to, Buffer bytes, Promise<Buffer> answer) {
        try {
            Envelope envelope = EnvelopeCodec.decode(bytes);
            if (envelope instanceof Envelope.Answer done) {
                answer.tryComplete(done.body());
            } else if (envelope instanceof Envelope.Refusal refusal) {
                answer.tryFail(
                        refusal.seen()
                                ? refusal.why()
                                : PeerException.notSent(to.node(), refusal.why().getMessage()));
            } else {
                answer.tryFail(PeerException.mayBeDone(to.node(), "it has answered with a request"));
            }
        } catch (IllegalArgumentException e) {
            answer.tryFail(PeerException.mayBeDone(to.node(), "its answer is not one: " + e.getMessage()));
        }
    }

    private Future<Buffer> received(Buffer bytes) {
        Envelope.Request request;
        try {
            if (!(EnvelopeCodec.decode(bytes) instanceof Envelope.Request decoded)) {
                return unseen("Only requests can be answered.");
            }
            request = decoded;
        } catch (IllegalArgumentException e) {
            return unseen(e.getMessage());
        }
        NodeIdentity own = self.identity();
        boolean meant = request.toDirectory().equals(own.directoryId())
                && (request.toIncarnation() == 0 || request.toIncarnation() == own.incarnation());
        if (!meant) return unseen("Another process answers there now, " + own + ".");
        PeerRequestKind kind = PeerRequestKind.of(request.kind());
        if (kind == null) {
            return unseen("Node " + own.node() + " does not know requests of kind " + request.kind()
                    + ": it runs Letterbox " + self.version() + ", which is older than the one that asks.");
        }
        PeerHandler handler = handlers.get(kind);
        if (handler == null) return unseen("Node " + own.node() + " does not answer " + kind + " yet.");
        return handled(request, kind, handler);
    }

    private Future<Buffer> handled(Envelope.Request request, PeerRequestKind kind, PeerHandler handler) {
        Future<Buffer> answer;
        try {
            answer = handler.answer(new PeerRequest(request.from(), request.timeoutMs(), request.body()));
        } catch (RuntimeException e) {
            answer = Future.failedFuture(e);
        }
        return answer.map(body -> EnvelopeCodec.encode(new Envelope.Answer(self.identity(), body)))
                .otherwise(failure ->
                        EnvelopeCodec.encode(new Envelope.Refusal(self.identity(), true, refusal(kind, failure))));
    }

    private static ApiException refusal(PeerRequestKind kind, Throwable failure) {
        if (failure instanceof ApiException known) return known;
        LOG.error("A request {} of another node failed", kind, failure);
        return new ApiException(ErrorCode.INTERNAL, "The other node failed; its log says why.");
    }

    private Future<Buffer> unseen(String sentence) {
        ApiException why = new ApiException(ErrorCode.NODE_UNREACHABLE, sentence);
        return Future.succeededFuture(EnvelopeCodec.encode(new Envelope.Refusal(self.identity(), false, why)));
    }
}

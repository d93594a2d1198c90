package io.letterbox.cluster;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;

/**
 * The nodes of a cluster in one process and one thread, in virtual time: requests get lost, late and doubled, and each
 * node hears late of who is there, all from one seed. What is sent goes through {@link EnvelopeCodec}.
 */
public final class SimPeers {
    /**
     * What goes wrong.
     *
     * @param loss the probability that a request or an answer gets lost, 0 to 1
     * @param duplicates the probability that a request comes twice, 0 to 1
     * @param maxDelayMs how long a request or an answer is on its way at the most
     * @param maxStaleMs how late a node hears of another one that came or went
     */
    public record Faults(double loss, double duplicates, int maxDelayMs, int maxStaleMs) {}

    private static final Faults NONE = new Faults(0, 0, 0, 0);

    private final Random random;
    private final boolean direct;
    private final Map<Integer, Node> nodes = new HashMap<>();
    private final Set<Set<Integer>> cut = new HashSet<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private Faults faults;
    private long nowMs;
    private long count;

    private record Event(long atMs, long number, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return atMs != other.atMs ? Long.compare(atMs, other.atMs) : Long.compare(number, other.number);
        }
    }

    private SimPeers(long seed, Faults faults, boolean direct) {
        this.random = new Random(seed);
        this.faults = faults;
        this.direct = direct;
    }

    /** Nodes whose requests go wrong as a seed has it, and only within {@link #advance}. */
    public static SimPeers of(long seed, Faults faults) {
        return new SimPeers(seed, faults, false);
    }

    /** Nodes whose requests arrive within the call; only what is never answered needs {@link #advance}. */
    public static SimPeers direct() {
        return new SimPeers(0, NONE, true);
    }

    /** A process begins; the others hear of it. A process of the same node that was there before has ended. */
    public Peers join(Peer peer) {
        leave(peer.node());
        Node node = new Node(peer);
        nodes.put(peer.node(), node);
        for (Node other : List.copyOf(nodes.values())) {
            if (other == node) continue;
            later(faults.maxStaleMs, () -> other.view.put(peer.node(), peer));
            later(faults.maxStaleMs, () -> {
                if (nodes.get(other.self.node()) == other) node.view.put(other.self.node(), other.self);
            });
        }
        return node;
    }

    /** A process ends, as by SIGKILL. */
    public void leave(int number) {
        Node gone = nodes.remove(number);
        if (gone == null) return;
        for (Node other : nodes.values()) {
            later(faults.maxStaleMs, () -> other.view.remove(number, gone.self));
        }
    }

    /** Nothing passes between two nodes any more. Neither of them is told. */
    public void cut(int one, int other) {
        cut.add(Set.of(one, other));
    }

    /** The same as before all {@link #cut}s. */
    public void heal() {
        cut.clear();
    }

    /** From now on nothing goes wrong by itself; what is cut or has left stays so. */
    public void calm() {
        faults = NONE;
    }

    public long nowMs() {
        return nowMs;
    }

    /** Lets time pass, and happen what is due. */
    public void advance(long ms) {
        long until = nowMs + ms;
        while (!events.isEmpty() && events.peek().atMs <= until) {
            Event event = events.poll();
            nowMs = event.atMs;
            event.what.run();
        }
        nowMs = until;
    }

    private void later(int maxMs, Runnable what) {
        if (direct) {
            what.run();
            return;
        }
        at(nowMs + random.nextInt(maxMs + 1), what);
    }

    private void at(long atMs, Runnable what) {
        events.add(new Event(atMs, count++, what));
    }

    private void travel(int from, int to, Runnable arrival) {
        if (random.nextDouble() < faults.loss) return;
        later(faults.maxDelayMs, () -> {
            if (!cut.contains(Set.of(from, to))) arrival.run();
        });
    }

    private final class Node implements Peers {
        private final Peer self;
        private final Map<Integer, Peer> view = new HashMap<>();
        private final Map<PeerRequestKind, PeerHandler> handlers = new EnumMap<>(PeerRequestKind.class);

        Node(Peer self) {
            this.self = self;
        }

        @Override
        public Peer self() {
            return self;
        }

        @Override
        public Collection<Peer> members() {
            return new ArrayList<>(view.values());
        }

        @Override
        public void answer(PeerRequestKind kind, PeerHandler handler) {
            handlers.put(kind, handler);
        }

        @Override
        public Future<Buffer> ask(int number, PeerRequestKind kind, Buffer body, long timeoutMs) {
            if (number == self.node()) throw new IllegalArgumentException("Node " + number + " asks itself");
            if (body.length() > MAX_BODY_BYTES) throw new IllegalArgumentException(body.length() + " bytes");
            Peer to = view.get(number);
            if (to == null) return Future.failedFuture(PeerException.notSent(number, "it is not there"));
            Promise<Buffer> answer = Promise.promise();
            at(nowMs + timeoutMs, () -> answer.tryFail(PeerException.mayBeDone(number, "the time was up")));
            Buffer sent = EnvelopeCodec.encode(new Envelope.Request(
                    self.identity(),
                    kind.number(),
                    to.identity().directoryId(),
                    to.identity().incarnation(),
                    (int) timeoutMs,
                    body));
            int times = random.nextDouble() < faults.duplicates ? 2 : 1;
            for (int time = 0; time < times; time++) {
                travel(self.node(), number, () -> arrive(number, sent, answer));
            }
            return answer.future();
        }

        private void arrive(int number, Buffer sent, Promise<Buffer> answer) {
            Node to = nodes.get(number);
            if (to == null) return;
            to.receive((Envelope.Request) EnvelopeCodec.decode(sent)).onComplete(done -> {
                Envelope envelope = done.succeeded()
                        ? new Envelope.Answer(to.self.identity(), done.result())
                        : new Envelope.Refusal(to.self.identity(), true, refusal(done.cause()));
                Buffer back = EnvelopeCodec.encode(envelope);
                travel(number, self.node(), () -> {
                    if (nodes.get(self.node()) == this) complete(EnvelopeCodec.decode(back), answer);
                });
            });
        }

        private Future<Buffer> receive(Envelope.Request request) {
            boolean meant = request.toDirectory().equals(self.identity().directoryId())
                    && request.toIncarnation() == self.identity().incarnation();
            PeerHandler handler = handlers.get(PeerRequestKind.of(request.kind()));
            if (!meant || handler == null) {
                return Future.failedFuture(new ApiException(ErrorCode.NODE_UNREACHABLE, "Nobody answers that here."));
            }
            return handler.answer(new PeerRequest(request.from(), request.timeoutMs(), request.body()));
        }
    }

    private static ApiException refusal(Throwable cause) {
        return cause instanceof ApiException known
                ? known
                : new ApiException(ErrorCode.INTERNAL, String.valueOf(cause));
    }

    private static void complete(Envelope envelope, Promise<Buffer> answer) {
        if (envelope instanceof Envelope.Answer done) {
            answer.tryComplete(done.body());
        } else if (envelope instanceof Envelope.Refusal refusal) {
            answer.tryFail(refusal.why());
        }
    }
}

package io.letterbox.cluster.forwarding;

import io.letterbox.cluster.Peer;
import io.letterbox.cluster.PeerException;
import io.letterbox.cluster.PeerHandler;
import io.letterbox.cluster.PeerRequest;
import io.letterbox.cluster.PeerRequestKind;
import io.letterbox.cluster.Peers;
import io.letterbox.cluster.TestPeers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The nodes of a cluster in one process, which reach each other at once unless a test says otherwise. Thread-safe. */
final class FakePeers {
    private final Map<Integer, PeerHandler> handlers = new ConcurrentHashMap<>();
    private final Set<Integer> gone = ConcurrentHashMap.newKeySet();
    private final Set<Integer> deaf = ConcurrentHashMap.newKeySet();
    private final AtomicInteger answersToLose = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();

    /** From now on a node is not there. */
    void leave(int node) {
        gone.add(node);
    }

    /** From now on a node takes what it is asked, and neither does it nor answers, as if it were paused. */
    void deafen(int node) {
        deaf.add(node);
    }

    void comeBack(int node) {
        gone.remove(node);
    }

    /** The next requests are carried out, and their answers are lost. */
    void loseAnswers(int count) {
        answersToLose.set(count);
    }

    /** How many requests have arrived. */
    int asked() {
        return asked.get();
    }

    Peers of(int self) {
        return new Peers() {
            @Override
            public Peer self() {
                return TestPeers.peer(self);
            }

            @Override
            public Collection<Peer> members() {
                return handlers.keySet().stream().map(TestPeers::peer).toList();
            }

            @Override
            public Future<Buffer> ask(int node, PeerRequestKind kind, Buffer body, long timeoutMs) {
                if (gone.contains(node) || !handlers.containsKey(node)) {
                    return Future.failedFuture(PeerException.notSent(node, "it is away"));
                }
                asked.incrementAndGet();
                if (deaf.contains(node)) return Promise.<Buffer>promise().future();
                Future<Buffer> answer = handlers.get(node)
                        .answer(new PeerRequest(TestPeers.peer(self).identity(), timeoutMs, body));
                if (answersToLose.getAndUpdate(left -> Math.max(0, left - 1)) == 0) return answer;
                return answer.transform(
                        lost -> Future.failedFuture(PeerException.mayBeDone(node, "the answer was lost")));
            }

            @Override
            public void answer(PeerRequestKind kind, PeerHandler handler) {
                handlers.put(self, handler);
            }
        };
    }

    @Override
    public String toString() {
        return "nodes " + List.copyOf(handlers.keySet());
    }
}

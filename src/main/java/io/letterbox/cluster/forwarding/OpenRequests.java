package io.letterbox.cluster.forwarding;

import io.letterbox.cluster.PeerException;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was asked of the leaders of partitions and is not answered. A leader that was killed, paused or cut off answers
 * late or never, and nothing tells; but the others elect another one, and then nobody waits for the former any longer.
 * As many as peers take requests. Any thread.
 */
final class OpenRequests {
    private final Routes routes;
    private final Set<Open> open = ConcurrentHashMap.newKeySet();

    /** Equal only to itself. */
    private static final class Open {
        private final TopicPartition partition;
        private final int leader;
        private final Promise<?> answer;

        Open(TopicPartition partition, int leader, Promise<?> answer) {
            this.partition = partition;
            this.leader = leader;
            this.answer = answer;
        }
    }

    OpenRequests(Routes routes) {
        this.routes = routes;
    }

    /**
     * Completes a promise with a leader's answer, or fails it, as of a request that may have been done, as soon as
     * another node is known to lead.
     */
    <R> void await(TopicPartition partition, int leader, Future<R> answer, Promise<R> done) {
        Open request = new Open(partition, leader, done);
        open.add(request);
        answer.onComplete(outcome -> {
            open.remove(request);
            if (outcome.succeeded()) done.tryComplete(outcome.result());
            else done.tryFail(outcome.cause());
        });
        // The leader may have changed before this was listed.
        look(request);
    }

    /** Another node may lead something. */
    void onLeaders() {
        open.forEach(this::look);
    }

    private void look(Open request) {
        int leader = routes.leaderOf(request.partition);
        if (leader == Routes.NOBODY || leader == request.leader) return;
        open.remove(request);
        request.answer.tryFail(PeerException.mayBeDone(
                request.leader, "node " + leader + " has become the leader of " + request.partition + " meanwhile"));
    }
}

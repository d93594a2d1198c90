package io.letterbox.cluster.healing;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.cluster.NodeIdentity;
import io.letterbox.cluster.Peer;
import io.letterbox.cluster.PeerException;
import io.letterbox.cluster.PeerHandler;
import io.letterbox.cluster.PeerRequest;
import io.letterbox.cluster.PeerRequestKind;
import io.letterbox.cluster.Peers;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.ReplicaId;
import io.letterbox.metadata.ShardImage;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Three nodes in one thread: node 1 is the controller, node 2 leads, node 3 has lost what it promised. */
class HealingRunnerTest {
    private final Map<Integer, OneNode> nodes = new HashMap<>();
    private final List<ReplicaId> replicas =
            List.of(HealingTest.replica(1, 0), HealingTest.replica(2, 0), HealingTest.replica(3, 0));
    private Set<ReplicaId> members = new HashSet<>(replicas);
    private ReplicaCondition third = new ReplicaCondition.Out(true, "a force failed");
    private boolean refuses;
    private int deaf = -1;

    private final class OneNode implements HealingRunner.Node, Peers {
        private final ReplicaId id;
        private final Map<PeerRequestKind, PeerHandler> handlers = new HashMap<>();
        private final List<Command> proposed = new ArrayList<>();
        private final HealingRunner runner;

        OneNode(ReplicaId id) {
            this.id = id;
            this.runner = new HealingRunner(this, this, () -> 0);
        }

        @Override
        public boolean isController() {
            return id.node() == 1;
        }

        @Override
        public ClusterImage image() {
            Map<Integer, NodeImage> registered = new TreeMap<>();
            for (ReplicaId each : replicas) registered.put(each.node(), HealingTest.node(each, List.of()));
            return HealingTest.image(registered, List.of(new ShardImage(0, replicas, 0)));
        }

        @Override
        public Future<NodeReport> report(long atMs) {
            Set<ReplicaId> inTouch = new HashSet<>(members);
            GroupReport led = new GroupReport(0, 4, new GroupMembers(members, Set.of()), false, inTouch);
            ReplicaCondition condition = id.node() == 3 ? third : new ReplicaCondition.Serving(1);
            return Future.succeededFuture(
                    new NodeReport(id, atMs, id.node() == 2 ? List.of(led) : List.of(), Map.of(0, condition)));
        }

        @Override
        public Future<?> propose(Command command) {
            proposed.add(command);
            return Future.succeededFuture();
        }

        @Override
        public Future<?> change(HealingCodec.Change change) {
            if (refuses || !members.equals(change.expected().voters())) return Future.failedFuture("refused");
            members = new HashSet<>(change.wanted().voters());
            return Future.succeededFuture();
        }

        @Override
        public Peer self() {
            return new Peer(new NodeIdentity(id.node(), id.directory(), 1), null, "", "1.0");
        }

        @Override
        public Collection<Peer> members() {
            return nodes.values().stream()
                    .filter(each -> each != this)
                    .map(OneNode::self)
                    .toList();
        }

        @Override
        public Future<Buffer> ask(int node, PeerRequestKind kind, Buffer body, long timeoutMs) {
            if (node == deaf) return Future.failedFuture(PeerException.mayBeDone(node, "deaf"));
            return nodes.get(node).handlers.get(kind).answer(new PeerRequest(self().identity(), timeoutMs, body));
        }

        @Override
        public void answer(PeerRequestKind kind, PeerHandler handler) {
            handlers.put(kind, handler);
        }
    }

    HealingRunnerTest() {
        for (ReplicaId each : replicas) nodes.put(each.node(), new OneNode(each));
    }

    private HealingRunner controller() {
        return nodes.get(1).runner;
    }

    @Test
    void theLeaderIsAskedToLeaveOutWhoForgotAndToTakeItBackWithItsCopy() {
        controller().tick();
        assertThat(members).containsExactlyInAnyOrder(replicas.get(0), replicas.get(1));
        assertThat(controller().sentences()).anyMatch(sentence -> sentence.contains("a force failed"));
        third = new ReplicaCondition.Waiting(1);
        controller().tick();
        assertThat(members).containsExactlyInAnyOrderElementsOf(replicas);
        third = new ReplicaCondition.Serving(1);
        controller().tick();
        assertThat(controller().sentences()).isEmpty();
    }

    @Test
    void whatWasRefusedIsTriedAgain() {
        refuses = true;
        controller().tick();
        assertThat(members).hasSize(3);
        refuses = false;
        controller().tick();
        assertThat(members).hasSize(2);
    }

    @Test
    void whoDoesNotAnswerHoldsNothingUp() {
        deaf = 3;
        controller().tick();
        assertThat(members).as("nobody knows how node 3 is").hasSize(3);
        assertThat(controller().sentences()).isEmpty();
    }

    @Test
    void whereTheLeaderDoesNotAnswerThatIsSaid() {
        deaf = 2;
        controller().tick();
        assertThat(controller().sentences()).anyMatch(sentence -> sentence.contains("No leader of shard 0"));
    }

    @Test
    void onlyTheControllerDecides() {
        nodes.get(2).runner.tick();
        assertThat(members).hasSize(3);
        assertThat(nodes.get(2).runner.sentences()).isEmpty();
    }
}

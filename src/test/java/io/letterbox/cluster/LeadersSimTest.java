package io.letterbox.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.metadata.ShardLeader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Nodes that tell each other who leads, over a network that loses, doubles and delays. */
class LeadersSimTest {
    private static final int NODES = 4;
    private static final int SHARDS = 6;

    @Test
    void allLearnWhoLeadsAndNobodyGoesBack() {
        for (long seed = 0; seed < Integer.getInteger("letterbox.simSeeds", 100); seed++) {
            try {
                run(seed);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void run(long seed) {
        Random random = new Random(seed);
        SimPeers network = SimPeers.of(seed, new SimPeers.Faults(0.3, 0.2, 2_000, 5_000));
        List<Leaders> nodes = new ArrayList<>();
        for (int node = 1; node <= NODES; node++) {
            Leaders leaders = new Leaders(network.join(TestPeers.peer(node)), Runnable::run);
            Map<Integer, Long> terms = new HashMap<>();
            leaders.listen(known -> known.forEach((shard, leader) -> {
                Long before = terms.put(shard, leader.term());
                assertThat(before == null ? 0 : before).isLessThanOrEqualTo(leader.term());
            }));
            nodes.add(leaders);
        }
        Map<Integer, ShardLeader> truth = new HashMap<>();
        for (int round = 0; round < 100; round++) {
            int shard = random.nextInt(SHARDS);
            long term = truth.containsKey(shard) ? truth.get(shard).term() + 1 : 1;
            ShardLeader elected = new ShardLeader(1 + random.nextInt(NODES), term, List.of(random.nextInt(NODES)));
            truth.put(shard, elected);
            nodes.get(elected.node() - 1).local(shard, elected);
            if (random.nextInt(10) == 0) network.cut(1 + random.nextInt(2), 3 + random.nextInt(2));
            if (random.nextInt(10) == 0) network.heal();
            if (random.nextInt(5) == 0) nodes.get(random.nextInt(NODES)).askFor(1 + random.nextInt(NODES));
            network.advance(random.nextInt(2_000));
            nodes.get(random.nextInt(NODES)).tell();
        }
        network.heal();
        network.calm();
        network.advance(10_000);
        nodes.forEach(Leaders::tell);
        network.advance(10_000);
        for (Leaders leaders : nodes) assertThat(leaders.all()).isEqualTo(truth);
    }

    @Test
    void whoAsksIsToldAll() {
        SimPeers network = SimPeers.direct();
        Leaders one = new Leaders(network.join(TestPeers.peer(1)), Runnable::run);
        Leaders two = new Leaders(network.join(TestPeers.peer(2)), Runnable::run);
        network.cut(1, 2);
        one.local(7, new ShardLeader(3, 1, List.of()));
        network.heal();

        assertThat(two.askFor(1).succeeded()).isTrue();
        assertThat(two.leaderOf(7)).isEqualTo(new ShardLeader(3, 1, List.of()));
        assertThat(two.askFor(9).succeeded()).as("somebody who is not there").isTrue();
    }

    @Test
    void aLeaderTellsAtOnce() {
        SimPeers network = SimPeers.direct();
        Leaders one = new Leaders(network.join(TestPeers.peer(1)), Runnable::run);
        Leaders two = new Leaders(network.join(TestPeers.peer(2)), Runnable::run);
        one.local(7, new ShardLeader(1, 1, List.of(1)));
        assertThat(two.leaderOf(7)).isEqualTo(new ShardLeader(1, 1, List.of(1)));
    }
}

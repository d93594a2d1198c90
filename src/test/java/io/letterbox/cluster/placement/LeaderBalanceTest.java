package io.letterbox.cluster.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.cluster.placement.LeaderBalance.Move;
import io.letterbox.metadata.ReplicaId;
import io.letterbox.metadata.ShardImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LeaderBalanceTest {
    private static final long SETTLED = LeaderBalance.SETTLED_MS;

    private final LeaderBalance balance = new LeaderBalance(2);

    private static ShardImage shard(int id, int... nodes) {
        List<ReplicaId> replicas = new ArrayList<>();
        for (int node : nodes) replicas.add(new ReplicaId(node, new UUID(7, node)));
        return new ShardImage(id, replicas, 0);
    }

    private static LedShard led(ShardImage shard, Integer... ready) {
        return new LedShard(shard, Set.of(ready));
    }

    @Test
    void aShardGoesToItsPreferredLeaderOnceThatHasBeenReadyForAWhile() {
        List<LedShard> led = List.of(led(shard(4, 1, 2, 3), 1, 3));
        assertThat(balance.next(led, SETTLED, 0)).isEmpty();
        assertThat(balance.next(led, SETTLED, SETTLED - 1)).isEmpty();
        assertThat(balance.next(led, SETTLED, SETTLED)).contains(new Move(4, 1));
    }

    @Test
    void aBreakBeginsTheWhileAnew() {
        ShardImage shard = shard(4, 1, 2, 3);
        balance.next(List.of(led(shard, 1, 3)), SETTLED, 0);
        assertThat(balance.next(List.of(led(shard, 3)), SETTLED, SETTLED - 1)).isEmpty();
        assertThat(balance.next(List.of(led(shard, 1, 3)), SETTLED, SETTLED)).isEmpty();
        assertThat(balance.next(List.of(led(shard, 1, 3)), SETTLED, 2 * SETTLED))
                .contains(new Move(4, 1));
    }

    @Test
    void aShardThatThisNodeComesFirstForStays() {
        List<LedShard> led = List.of(led(shard(1, 2, 1, 3), 1, 3), led(shard(2, 1, 2, 3), 3));
        for (long now = 0; now < 10 * SETTLED; now += 1_000)
            assertThat(balance.next(led, SETTLED, now)).isEmpty();
    }

    @Test
    void whileThePreferredLeaderIsAwayTheNextInOrderLeads() {
        List<LedShard> led = List.of(led(shard(1, 1, 3, 2), 3));
        balance.next(led, SETTLED, 0);
        assertThat(balance.next(led, SETTLED, SETTLED)).contains(new Move(1, 3));
    }

    @Test
    void shardsMoveOneAfterTheOther() {
        List<LedShard> led = List.of(led(shard(1, 1, 2, 3), 1), led(shard(2, 3, 2, 1), 3));
        balance.next(led, SETTLED, 0);
        assertThat(balance.next(led, SETTLED, SETTLED)).contains(new Move(1, 1));
        List<LedShard> rest = List.of(led.get(1));
        assertThat(balance.next(rest, SETTLED, SETTLED + LeaderBalance.BETWEEN_MS - 1))
                .isEmpty();
        assertThat(balance.next(rest, SETTLED, SETTLED + LeaderBalance.BETWEEN_MS))
                .contains(new Move(2, 3));
    }

    @Test
    void whatHasFailedRestsForAWhileAndHoldsNothingElseUp() {
        List<LedShard> led = List.of(led(shard(1, 1, 2, 3), 1), led(shard(2, 3, 2, 1), 3));
        balance.next(led, SETTLED, 0);
        long now = SETTLED;
        assertThat(balance.next(led, SETTLED, now)).contains(new Move(1, 1));
        balance.failed(1, now);
        now += LeaderBalance.BETWEEN_MS;
        assertThat(balance.next(led, SETTLED, now)).contains(new Move(2, 3));
        List<LedShard> rest = List.of(led.get(0));
        assertThat(balance.next(rest, SETTLED, SETTLED + LeaderBalance.AGAIN_MS - 1))
                .isEmpty();
        assertThat(balance.next(rest, SETTLED, SETTLED + LeaderBalance.AGAIN_MS))
                .contains(new Move(1, 1));
    }

    @Test
    void atABirthNobodyWaits() {
        List<LedShard> led = List.of(led(shard(1, 1, 2, 3), 1), led(shard(2, 3, 2, 1), 3));
        assertThat(balance.next(led, 0, 5)).contains(new Move(1, 1));
        assertThat(balance.next(List.of(led.get(1)), 0, 5)).contains(new Move(2, 3));
    }

    /** Whoever was elected where: nodes that decide each for itself come to one even state, and then stay in it. */
    @Test
    void nodesThatDecideEachForItselfSpreadTheLeadersEvenly() {
        List<ShardImage> shards = new ArrayList<>();
        int id = 0;
        for (int round = 0; round < 2; round++) {
            shards.add(shard(id++, 1, 2 + round, 3 - round));
            shards.add(shard(id++, 2, 3 - 2 * round, 1 + 2 * round));
            shards.add(shard(id++, 3, 1 + round, 2 - round));
        }
        Map<Integer, Integer> leaders = new HashMap<>();
        for (ShardImage shard : shards) leaders.put(shard.id(), 3);
        Map<Integer, LeaderBalance> nodes = new HashMap<>();
        for (int node = 1; node <= 3; node++) nodes.put(node, new LeaderBalance(node));

        run(shards, leaders, nodes, Set.of(1, 2, 3), 0);
        assertThat(leaders).containsExactlyInAnyOrderEntriesOf(Map.of(0, 1, 1, 2, 2, 3, 3, 1, 4, 2, 5, 3));

        leaders.replaceAll((shard, leader) -> leader == 1 ? 2 : leader);
        run(shards, leaders, nodes, Set.of(2, 3), 1_000_000);
        assertThat(leaders.values()).containsOnly(2, 3);
        assertThat(leaders.values().stream().filter(leader -> leader == 2)).hasSize(3);
    }

    private static void run(
            List<ShardImage> shards,
            Map<Integer, Integer> leaders,
            Map<Integer, LeaderBalance> nodes,
            Set<Integer> there,
            long fromMs) {
        int moves = 0;
        for (long now = fromMs; now < fromMs + 20 * SETTLED; now += 500) {
            for (int node : there) {
                List<LedShard> led = new ArrayList<>();
                for (ShardImage shard : shards) {
                    Set<Integer> ready = new HashSet<>(there);
                    if (leaders.get(shard.id()) == node) led.add(new LedShard(shard, ready));
                }
                Move move = nodes.get(node).next(led, SETTLED, now).orElse(null);
                if (move == null) continue;
                leaders.put(move.shard(), move.to());
                moves++;
            }
        }
        assertThat(moves).as("none moves twice").isLessThanOrEqualTo(shards.size());
    }
}

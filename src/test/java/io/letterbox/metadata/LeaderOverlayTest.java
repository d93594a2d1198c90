package io.letterbox.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LeaderOverlayTest {
    private final MetadataMachine machine = new MetadataMachine(new Limits(9, 9, 99), Map.of());
    private final LeaderOverlay overlay = new LeaderOverlay();
    private ClusterImage agreed = MetadataMachine.empty("test");

    LeaderOverlayTest() {
        apply(new Command.RegisterNode(1, new Endpoint("localhost", 8080), Endpoint.NONE));
        apply(new Command.CreateShards(1, 2));
        apply(new Command.CreateTopic("both", new UUID(1, 1), 2, 1, Map.of()));
        apply(new Command.CreateTopic("one", new UUID(1, 2), 1, 1, Map.of()));
    }

    private void apply(Command command) {
        agreed = machine.apply(agreed, command).image();
    }

    private PartitionImage partition(ClusterImage image, String topic, int number) {
        return image.topics().get(topic).partitions().get(number);
    }

    @Test
    void withoutLeadersTheImageIsTheOneThatWasAgreedOn() {
        assertThat(overlay.show(agreed, Map.of(), Set.of())).isSameAs(agreed);
    }

    @Test
    void partitionsAreLedByWhoLeadsTheirShard() {
        ClusterImage shown = overlay.show(
                agreed, Map.of(0, new ShardLeader(3, 7, List.of(3, 4)), 1, new ShardLeader(2, 9, List.of())), Set.of());
        for (TopicImage topic : shown.topics().values()) {
            for (PartitionImage each : topic.partitions()) {
                assertThat(each.leader()).isEqualTo(each.shard() == 0 ? 3 : 2);
                assertThat(each.leaderEpoch()).isEqualTo(each.shard() == 0 ? 7 : 9);
                assertThat(each.isr()).isEqualTo(each.shard() == 0 ? List.of(3, 4) : List.of(1));
                assertThat(each.replicas()).containsExactly(1);
            }
        }
        assertThat(shown.version()).isEqualTo(agreed.version());
        assertThat(shown.topic(new UUID(1, 2))).isSameAs(shown.topics().get("one"));
    }

    @Test
    void aShardInAnElectionHasNoLeaderAndItsLastEpoch() {
        ClusterImage shown =
                overlay.show(agreed, Map.of(0, new ShardLeader(ShardLeader.NOBODY, 7, List.of())), Set.of());
        int number = partition(shown, "both", 0).shard() == 0 ? 0 : 1;
        assertThat(partition(shown, "both", number).leader()).isEqualTo(-1);
        assertThat(partition(shown, "both", number).leaderEpoch()).isEqualTo(7);
        assertThat(partition(shown, "both", 1 - number)).isSameAs(partition(agreed, "both", 1 - number));
    }

    @Test
    void whatDidNotChangeStaysTheSameObject() {
        Map<Integer, ShardLeader> leaders =
                Map.of(0, new ShardLeader(1, 1, List.of()), 1, new ShardLeader(1, 1, List.of()));
        ClusterImage before = overlay.show(agreed, leaders, Set.of());
        assertThat(overlay.show(agreed, Map.copyOf(leaders), Set.of())).isSameAs(before);

        apply(new Command.AlterTopic("one", Map.of("retention.ms", "1000"), java.util.Set.of()));
        ClusterImage altered = overlay.show(agreed, leaders, Set.of());
        assertThat(altered.topics().get("both")).isSameAs(before.topics().get("both"));
        assertThat(altered.topics().get("one").config().overrides()).containsEntry("retention.ms", "1000");

        int other = 1 - partition(agreed, "one", 0).shard();
        ClusterImage elected = overlay.show(
                agreed,
                Map.of(1 - other, new ShardLeader(1, 1, List.of()), other, new ShardLeader(2, 2, List.of())),
                Set.of());
        assertThat(elected.topics().get("one")).isSameAs(altered.topics().get("one"));
        assertThat(elected.topics().get("both")).isNotEqualTo(altered.topics().get("both"));
    }

    @Test
    void whoIsForgottenLeadsNoMore() {
        overlay.show(
                agreed, Map.of(0, new ShardLeader(3, 7, List.of()), 1, new ShardLeader(3, 7, List.of())), Set.of());
        ClusterImage shown = overlay.show(agreed, Map.of(1, new ShardLeader(3, 7, List.of())), Set.of());
        int number = partition(agreed, "both", 0).shard() == 0 ? 0 : 1;
        assertThat(partition(shown, "both", number)).isEqualTo(partition(agreed, "both", number));
        assertThat(partition(shown, "both", 1 - number).leader()).isEqualTo(3);
    }

    @Test
    void theDigestIsThatOfWhatWasAgreedOn() {
        ClusterImage shown = overlay.show(agreed, Map.of(0, new ShardLeader(3, 7, List.of())), Set.of());
        assertThat(shown).isNotEqualTo(agreed);
        assertThat(shown.digest()).isEqualTo(agreed.digest());
    }

    @Test
    void nodesThatNobodyReachesAreFenced() {
        Map<Integer, ShardLeader> leaders = Map.of(0, new ShardLeader(3, 7, List.of()));
        ClusterImage before = overlay.show(agreed, leaders, Set.of());
        ClusterImage gone = overlay.show(agreed, leaders, Set.of(1));
        assertThat(before.nodes().get(1).fenced()).isFalse();
        assertThat(gone.nodes().get(1).fenced()).isTrue();
        assertThat(gone.topics()).isEqualTo(before.topics());
        assertThat(gone.digest()).isEqualTo(agreed.digest());
        assertThat(overlay.show(agreed, leaders, Set.of(1))).isSameAs(gone);
        assertThat(overlay.show(agreed, leaders, Set.of()).nodes()).isEqualTo(agreed.nodes());
    }
}

package io.letterbox.cluster.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.ClusterFigures;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LedShardsTest {
    private static LedShards led(Map<Integer, FollowerReport> followers, int demanded) {
        List<ReplicaReport> replicas = List.of(
                TestReports.leading(ReplicaReport.METADATA, 1, followers),
                TestReports.leading(0, 1, followers),
                TestReports.following(1, 2));
        return new LedShards(1, replicas, Map.of(0, demanded));
    }

    @Test
    void countsOnlyShardsThatAreLedHere() {
        LedShards led = led(Map.of(), 2);
        assertThat(led.count()).isEqualTo(1);
        assertThat(led.followers())
                .containsExactly(new ClusterFigures.Follower(0, 2, 0, 0), new ClusterFigures.Follower(0, 3, 0, 0));
        assertThat(led.troubles()).isEmpty();
        assertThat(led.belowMinInSync()).isZero();
    }

    @Test
    void tellsOfFollowersThatAreBehindForLong() {
        assertThat(led(Map.of(2, TestReports.BEHIND), 2).troubles())
                .containsExactly("The replica of shard 0 on node 2 is 14 s behind.");
        FollowerReport gone = new FollowerReport(0, 5, 60_000, 61_000);
        assertThat(led(Map.of(2, gone), 2).troubles())
                .containsExactly("The replica of shard 0 on node 2 has not answered for 61 s.");
        FollowerReport restarting = new FollowerReport(0, 5, 4_000, 4_000);
        assertThat(led(Map.of(2, restarting), 2).troubles()).isEmpty();
    }

    @Test
    void tellsWhereTooFewAreInSync() {
        LedShards led = led(Map.of(2, TestReports.NEW, 3, TestReports.SILENT), 2);
        assertThat(led.belowMinInSync()).isEqualTo(1);
        assertThat(led.troubles())
                .containsExactly(
                        "The replica of shard 0 on node 3 is 14 s behind.",
                        "Shard 0 has 1 replicas in sync, and its topics demand 2 (min.insync.replicas).");
    }
}

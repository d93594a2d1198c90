package io.letterbox.cluster.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.ClusterStatus;
import io.letterbox.bus.ClusterStatus.ReplicaState;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.ReplicaId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ClusterPictureTest {
    private static final ClusterImage IMAGE = TestReports.image(2);

    private static ClusterStatus picture(ClusterReports reports) {
        return ClusterPicture.of(IMAGE, reports, Map.of());
    }

    private static ClusterStatus.Replica replica(ClusterStatus status, int shard, int node) {
        return status.shards().get(shard).replicas().stream()
                .filter(each -> each.node() == node)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void showsWhoLeadsAndWhoFollows() {
        ClusterStatus status = picture(TestReports.reports(Map.of()));
        assertThat(status.problems()).isEmpty();
        assertThat(status.controller()).isEqualTo(1);
        assertThat(status.nodes().get(1))
                .isEqualTo(new ClusterStatus.Node(2, true, true, "", 1_000, 5_000, 1_000, 1, 3));
        assertThat(status.shards().get(1))
                .isEqualTo(new ClusterStatus.Shard(
                        1,
                        2,
                        4,
                        2,
                        List.of(
                                new ClusterStatus.Replica(2, ReplicaState.LEADING, 0, 0),
                                new ClusterStatus.Replica(3, ReplicaState.IN_SYNC, 0, 0),
                                new ClusterStatus.Replica(1, ReplicaState.IN_SYNC, 0, 0))));
        assertThat(status.shards().get(1).inSync()).isEqualTo(3);
    }

    @Test
    void aNodeThatDoesNotAnswerIsNamedWithWhatFollowsFromIt() {
        ClusterStatus status = picture(TestReports.without(3, TestReports.reports(Map.of(3, TestReports.SILENT))));
        ClusterStatus.Node node = status.nodes().get(2);
        assertThat(node.reachable()).isFalse();
        assertThat(node.startedMs()).isEqualTo(ClusterStatus.UNKNOWN);
        assertThat(node.reason()).isEqualTo("it cannot be reached");
        assertThat(replica(status, 0, 3).state()).isEqualTo(ReplicaState.SILENT);
        assertThat(status.shards().get(2).leader())
                .as("the others have not heard of another one")
                .isEqualTo(3);
        assertThat(replica(status, 2, 1).state())
                .as("whoever leads it does not say")
                .isEqualTo(ReplicaState.UNKNOWN);
        assertThat(status.problems())
                .contains(
                        "Node 3 does not answer: it cannot be reached.",
                        "The leaders of shards 0, 1 hear nothing of their replicas on node 3.");
    }

    @Test
    void aReplicaThatIsBehindSaysByHowMuch() {
        ClusterStatus status = picture(TestReports.reports(Map.of(2, TestReports.BEHIND, 3, TestReports.NEW)));
        assertThat(replica(status, 0, 2)).isEqualTo(new ClusterStatus.Replica(2, ReplicaState.BEHIND, 120, 14_500));
        assertThat(status.problems())
                .contains(
                        "The replica of shard 0 on node 2 is behind, 120 entries and 15 s.",
                        "The replica of shard 0 on node 3 is behind, 120 entries since its leader began.",
                        "Shard 0 has 1 of 3 replicas in sync, and its topics demand 2 (min.insync.replicas): publishing"
                                + " to those is refused until then.");
    }

    @Test
    void aShardThatNobodyLeadsSaysWhatItNeeds() {
        Map<Integer, NodeReport> answers = new HashMap<>();
        for (int node : TestReports.NODES)
            answers.put(node, TestReports.node(node, List.of(TestReports.following(0, -1))));
        ClusterStatus status = picture(new ClusterReports(answers, Map.of()));
        assertThat(status.shards().get(0).leader()).isEqualTo(ClusterStatus.NOBODY);
        assertThat(status.controller()).isEqualTo(ClusterStatus.NOBODY);
        assertThat(replica(status, 0, 1).state()).isEqualTo(ReplicaState.UNKNOWN);
        assertThat(replica(status, 1, 1).state()).as("nobody has opened it").isEqualTo(ReplicaState.CLOSED);
        assertThat(status.problems())
                .contains("Shard 0 has no leader: its partitions can be read and not written until 2 of its 3 replicas"
                        + " are there.")
                .anyMatch(problem -> problem.startsWith("No node decides on changes"));
    }

    @Test
    void aFormerDirectoryThatVotesIsNamed() {
        ClusterReports reports = TestReports.reports(Map.of());
        List<ReplicaReport> replicas = new ArrayList<>(reports.answers().get(1).replicas());
        List<ReplicaId> voters = List.of(TestReports.id(1), TestReports.id(2), new ReplicaId(3, new UUID(3, 99)));
        ReplicaReport own = replicas.get(1);
        replicas.set(1, new ReplicaReport(0, 1, own.term(), 100, 100, false, voters, own.followers()));
        ClusterStatus status = picture(TestReports.with(TestReports.node(1, replicas), reports));
        assertThat(status.problems())
                .containsExactly(
                        "A former data directory of node 3, " + new UUID(3, 99)
                                + ", is still counted as a voter of shard 0.",
                        "The replica of shard 0 on node 3 is not a voter yet, and does not count.");
    }

    @Test
    void clocksVersionsAndWhatNodesSayAreToldToo() {
        Map<Integer, NodeImage> nodes = new HashMap<>(IMAGE.nodes());
        nodes.put(3, TestReports.node(3, "1.1"));
        ClusterImage image =
                new ClusterImage(7, "c", nodes, IMAGE.shards(), IMAGE.topics(), Map.of(), Collections.emptySortedMap());
        ClusterReports reports = TestReports.reports(Map.of());
        NodeReport second = reports.answers().get(2);
        NodeReport waiting = new NodeReport(
                2, false, "Waits for shard 1.", 1, 2, 1, second.replicas(), List.of("The event bus is down."));
        ClusterStatus status =
                ClusterPicture.of(image, TestReports.with(waiting, reports), Map.of(1, 1_000L, 2, -8_000L));
        assertThat(status.problems())
                .containsExactly(
                        "Node 2 is not ready: Waits for shard 1.",
                        "The clock of node 2 is 8 s behind the one of the node that was asked. Set the clocks, as by"
                                + " NTP.",
                        "The nodes run different versions, 1.0 and 1.1. That is right only while they are being"
                                + " upgraded.",
                        "Node 2 says: The event bus is down.");
    }
}

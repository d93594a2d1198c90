package io.letterbox.cluster.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.ShardImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StopCheckTest {
    private static final ClusterImage IMAGE = TestReports.image(2);

    private static List<String> reasons(ClusterReports reports, int node) {
        return StopCheck.reasons(IMAGE, reports, node);
    }

    @Test
    void anyNodeMayBeStoppedWhereAllIsWell() {
        for (int node : TestReports.NODES)
            assertThat(reasons(TestReports.reports(Map.of()), node)).isEmpty();
    }

    @Test
    void noneWhereAnotherOneIsAway() {
        ClusterReports reports = TestReports.without(3, TestReports.reports(Map.of(3, TestReports.SILENT)));
        assertThat(reasons(reports, 1))
                .contains("Without node 1, 1 of the 3 replicas of the metadata are left that have everything, on nodes"
                        + " [2]; 2 are needed as a majority.")
                .hasSize(4);
    }

    @Test
    void theNodeThatIsAwayMayBeCalledStopped() {
        ClusterReports reports = TestReports.without(3, TestReports.reports(Map.of(3, TestReports.SILENT)));
        assertThat(reasons(reports, 3))
                .as("its shard has elected nobody yet")
                .containsExactly("No node that answers leads shard 2, so nobody knows which replicas have everything.");
    }

    @Test
    void whoIsBehindOrSilentOrNewDoesNotCount() {
        for (FollowerReport bad : List.of(TestReports.BEHIND, TestReports.SILENT, TestReports.NEW)) {
            ClusterReports reports = TestReports.reports(Map.of(3, bad));
            assertThat(reasons(reports, 1)).as(bad.toString()).hasSize(3);
            assertThat(reasons(reports, 3)).as("the others do without it").isEmpty();
        }
    }

    @Test
    void whoHasEverythingAndDoesNotAnswerDoesNotCountEither() {
        ClusterReports reports = TestReports.without(3, TestReports.reports(Map.of()));
        assertThat(reasons(reports, 1))
                .anyMatch(reason -> reason.startsWith("Without node 1, 1 of the 3 replicas of shard 0"));
    }

    @Test
    void whoIsStoppingItselfDoesNotCount() {
        ClusterReports well = TestReports.reports(Map.of());
        NodeReport third = well.answers().get(3);
        NodeReport draining = new NodeReport(3, false, "draining", 1, 2, 1, third.replicas(), List.of());
        ClusterReports reports = TestReports.with(draining, well);
        assertThat(reasons(reports, 1)).hasSize(4);
        assertThat(reasons(reports, 3)).isEmpty();
    }

    @Test
    void whatTopicsDemandCounts() {
        assertThat(StopCheck.reasons(TestReports.image(3), TestReports.reports(Map.of()), 2))
                .hasSize(3)
                .allMatch(reason -> reason.endsWith("3 are needed by its topics (min.insync.replicas)."));
    }

    @Test
    void shardsWithoutAReplicaHereDoNotCount() {
        List<ShardImage> shards = List.of(new ShardImage(0, TestReports.ids(List.of(1)), 0));
        ClusterImage image = TestReports.image(1, shards);
        assertThat(StopCheck.reasons(image, TestReports.reports(Map.of()), 2)).isEmpty();
        assertThat(StopCheck.reasons(image, TestReports.reports(Map.of()), 1))
                .containsExactly("Without node 1, 0 of the 1 replicas of shard 0 are left that have everything; 1 are"
                        + " needed as a majority.");
    }

    @Test
    void ofTwoThatBelieveToLeadTheLaterTermCounts() {
        ClusterReports reports = TestReports.reports(Map.of());
        ReplicaReport deposed =
                new ReplicaReport(1, 1, 3, 100, 100, false, TestReports.ids(TestReports.NODES), List.of());
        NodeReport first = reports.answers().get(1);
        List<ReplicaReport> replicas = new ArrayList<>(first.replicas());
        replicas.set(2, deposed);
        assertThat(reasons(TestReports.with(TestReports.node(1, replicas), reports), 3))
                .isEmpty();
    }
}

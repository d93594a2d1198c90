package io.letterbox.cluster.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.storage.replica.FollowerProgress;
import io.letterbox.storage.replica.ReplicaView;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplicaWatchTest {
    private final ReplicaWatch watch = new ReplicaWatch(1);

    private static ReplicaView view(int leader, long term, long committed, FollowerProgress... followers) {
        return new ReplicaView(
                leader, term, committed, committed, TestReports.ids(TestReports.NODES), List.of(followers));
    }

    @Test
    void reportsWhatItSeesInOrder() {
        watch.look(Map.of(2, view(2, 3, 7), 0, view(1, 4, 9, new FollowerProgress(2, 5, 30))), Set.of(2, 4), 0);
        watch.look(Map.of(2, view(2, 3, 7), 0, view(1, 4, 9, new FollowerProgress(2, 5, 30))), Set.of(2, 4), 400);
        assertThat(watch.replicas())
                .containsExactly(
                        new ReplicaReport(
                                0,
                                1,
                                4,
                                9,
                                9,
                                false,
                                TestReports.ids(TestReports.NODES),
                                List.of(new FollowerReport(2, 4, FollowerLag.UNKNOWN, 30))),
                        new ReplicaReport(2, 2, 3, 7, 7, true, TestReports.ids(TestReports.NODES), List.of()),
                        new ReplicaReport(4, -1, 0, -1, -1, true, List.of(), List.of()));
    }

    @Test
    void theLagBeginsAnewWithALeadership() {
        watch.look(Map.of(0, view(1, 4, 9, new FollowerProgress(2, 9, 0))), Set.of(), 0);
        watch.look(Map.of(0, view(1, 4, 20, new FollowerProgress(2, 9, 0))), Set.of(), 500);
        assertThat(watch.replicas().get(0).followers().get(0).lagMs()).isEqualTo(500);
        watch.look(Map.of(0, view(1, 6, 20, new FollowerProgress(2, 9, 0))), Set.of(), 600);
        assertThat(watch.replicas().get(0).followers().get(0).lagMs())
                .as("what the former leadership saw says nothing")
                .isEqualTo(FollowerLag.UNKNOWN);
    }

    @Test
    void aLeaderThatIsWithoutOneForAMomentHasNotChanged() {
        watch.look(Map.of(0, view(1, 4, 9)), Set.of(), 0);
        watch.look(Map.of(0, view(-1, 5, 9)), Set.of(), 100);
        watch.look(Map.of(0, view(1, 5, 9)), Set.of(), 200);
        assertThat(watch.leaderChanges()).isZero();
        assertThat(watch.elections()).isEqualTo(1);
        watch.look(Map.of(0, view(-1, 7, 9)), Set.of(), 300);
        watch.look(Map.of(0, view(3, 8, 9)), Set.of(), 400);
        assertThat(watch.leaderChanges()).isEqualTo(1);
        assertThat(watch.elections()).isEqualTo(4);
    }

    @Test
    void theFirstLeaderIsNoChange() {
        watch.look(Map.of(0, view(-1, 0, -1)), Set.of(), 0);
        watch.look(Map.of(0, view(2, 1, 0)), Set.of(), 100);
        assertThat(watch.leaderChanges()).isZero();
    }
}

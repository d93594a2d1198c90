package io.letterbox.storage;

import static io.letterbox.storage.InSyncReplicas.LAG_TIME_MAX_MS;
import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.storage.replica.FollowerProgress;
import java.util.List;
import org.junit.jupiter.api.Test;

class InSyncReplicasTest {
    private final InSyncReplicas replicas = new InSyncReplicas(1, List.of(1, 2, 3), 0);

    private static FollowerProgress follower(int node, long matchIndex, long silentMs) {
        return new FollowerProgress(node, matchIndex, silentMs);
    }

    @Test
    void allAreInSyncWhenALeadershipBeginsAndWhileNobodyKnowsBetter() {
        assertThat(replicas.nodes()).containsExactly(1, 2, 3);
        replicas.look(5, List.of(), LAG_TIME_MAX_MS);
        assertThat(replicas.nodes()).containsExactly(1, 2, 3);
        replicas.look(5, List.of(), LAG_TIME_MAX_MS + 1);
        assertThat(replicas.nodes()).containsExactly(1);
    }

    @Test
    void whoIsSilentFallsOutAndComesBack() {
        replicas.look(5, List.of(follower(2, 5, 0), follower(3, 5, 0)), 1000);
        replicas.look(5, List.of(follower(2, 5, 0), follower(3, 5, LAG_TIME_MAX_MS)), 1000 + LAG_TIME_MAX_MS);
        assertThat(replicas.nodes()).containsExactly(1, 2, 3);
        replicas.look(5, List.of(follower(2, 5, 0), follower(3, 5, LAG_TIME_MAX_MS + 1)), 1001 + LAG_TIME_MAX_MS);
        assertThat(replicas.nodes()).containsExactly(1, 2);
        replicas.look(5, List.of(follower(2, 5, 0), follower(3, 5, 10)), 1100 + LAG_TIME_MAX_MS);
        assertThat(replicas.nodes()).containsExactly(1, 2, 3);
    }

    @Test
    void whoAnswersAndStaysBehindFallsOut() {
        long nowMs = 0;
        for (long index = 0; index < 200; index++) {
            nowMs += 100;
            // One is always an entry behind, the other falls back.
            replicas.look(index, List.of(follower(2, index - 1, 0), follower(3, index / 2, 0)), nowMs);
        }
        assertThat(replicas.nodes()).containsExactly(1, 2);
        replicas.look(200, List.of(follower(2, 199, 0), follower(3, 199, 0)), nowMs + 100);
        assertThat(replicas.nodes()).containsExactly(1, 2, 3);
    }

    @Test
    void whoIsARoundTripBehindAllTheTimeIsInSync() {
        for (long nowMs = 0; nowMs < 2 * LAG_TIME_MAX_MS; nowMs += 2)
            replicas.look(nowMs, List.of(follower(2, nowMs - 10, 0), follower(3, nowMs - 300, 0)), nowMs);
        assertThat(replicas.nodes()).containsExactly(1, 2, 3);
    }

    @Test
    void ofOneThatHadNothingToDoItIsNotKnownHowFarItIs() {
        replicas.look(5, List.of(follower(2, -1, 0), follower(3, 5, 0)), 5 * LAG_TIME_MAX_MS);
        assertThat(replicas.nodes()).containsExactly(1, 2, 3);
        assertThat(replicas.forcedBy(3)).isEqualTo(-1);
    }

    @Test
    void countsHowManyHaveForcedAnEntry() {
        assertThat(replicas.forcedBy(1)).isEqualTo(-1);
        replicas.look(9, List.of(follower(2, 4, 0), follower(3, 11, 0)), 100);
        assertThat(replicas.forcedBy(1)).isEqualTo(11);
        assertThat(replicas.forcedBy(2)).isEqualTo(9);
        assertThat(replicas.forcedBy(3)).isEqualTo(4);
        assertThat(replicas.forcedBy(4)).isEqualTo(-1);
    }
}

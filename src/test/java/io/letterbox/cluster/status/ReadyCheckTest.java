package io.letterbox.cluster.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.metadata.ReplicaId;
import io.letterbox.metadata.ShardImage;
import io.letterbox.metadata.ShardLeader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ReadyCheckTest {
    private static final ReplicaId SELF = TestReports.id(1);
    private static final List<ShardImage> SHARDS = List.of(
            new ShardImage(0, TestReports.ids(List.of(1, 2, 3)), 0), new ShardImage(1, List.of(TestReports.id(2)), 0));
    private static final Map<Integer, ShardLeader> LEADERS =
            Map.of(0, new ShardLeader(1, 4, List.of()), 1, new ShardLeader(2, 4, List.of()));
    private static final ReplicaReport METADATA = TestReports.following(ReplicaReport.METADATA, 2);
    private static final ReplicaReport OWN = TestReports.following(0, 2);

    private static List<String> missing(ReplicaReport... replicas) {
        return ReadyCheck.missing(SHARDS, SELF, List.of(replicas), Set.of(0), LEADERS);
    }

    private static ReplicaReport votedBy(ReplicaReport like, boolean copying, ReplicaId... voters) {
        return new ReplicaReport(like.shard(), 2, 4, 100, 100, copying, List.of(voters), List.of());
    }

    @Test
    void readyIsWhoHasEverythingAndVotes() {
        assertThat(missing(METADATA, OWN)).isEmpty();
    }

    @Test
    void notWithoutShards() {
        assertThat(ReadyCheck.missing(List.of(), SELF, List.of(METADATA), Set.of(), Map.of()))
                .hasSize(1)
                .allMatch(why -> why.contains("no shards"));
    }

    @Test
    void notWithAReplicaThatIsClosedOrBehindOrCopiedOrNoVoter() {
        assertThat(missing(METADATA)).containsExactly("the replica of shard 0 here is not open");
        assertThat(ReadyCheck.missing(SHARDS, SELF, List.of(METADATA, OWN), Set.of(), LEADERS))
                .containsExactly("the replica of shard 0 here has not caught up");
        assertThat(missing(METADATA, votedBy(OWN, true, SELF)))
                .containsExactly("the replica of shard 0 here is being copied");
        assertThat(missing(METADATA, votedBy(OWN, false, TestReports.id(2))))
                .containsExactly("the replica of shard 0 here is not a voter yet");
    }

    @Test
    void notWhileAFormerDirectoryVotes() {
        ReplicaId former = new ReplicaId(1, new UUID(1, 99));
        assertThat(missing(votedBy(METADATA, false, SELF, former), votedBy(OWN, false, SELF, former)))
                .containsExactly(
                        "this node's former data directory " + former.directory() + " is still a voter of the metadata",
                        "this node's former data directory " + former.directory() + " is still a voter of shard 0");
    }

    @Test
    void notWhileAnyShardIsWithoutALeader() {
        Map<Integer, ShardLeader> leaders = Map.of(0, new ShardLeader(ShardLeader.NOBODY, 5, List.of()));
        List<ReplicaReport> replicas = List.of(METADATA, OWN);
        assertThat(ReadyCheck.missing(SHARDS, SELF, replicas, Set.of(0), leaders))
                .containsExactly("shard 0 has no leader", "shard 1 has no leader");
    }
}

package io.letterbox.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.letterbox.cluster.healing.GroupMembers;
import io.letterbox.metadata.ReplicaId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real Raft: three members, and a fourth node that gets a copy and takes the place of one of them. */
@Timeout(120)
class GroupMembershipIT {
    @TempDir
    private Path root;

    private RaftTestNodes nodes;
    private final Map<Integer, FakeShardReplica> replicas = new ConcurrentHashMap<>();
    private final Map<Integer, RaftShardLog> logs = new ConcurrentHashMap<>();
    private final List<String> trouble = new CopyOnWriteArrayList<>();

    @BeforeEach
    void begin() throws IOException {
        nodes = new RaftTestNodes(root, 4);
        for (int id = 1; id <= 4; id++) nodes.start(id);
        for (int id = 1; id <= 3; id++) open(id, null, nodes.members().subList(0, 3));
    }

    @AfterEach
    void end() {
        nodes.close();
        replicas.values().forEach(FakeShardReplica::close);
    }

    private void open(int id, FakeShardReplica copied, List<RaftMember> members) throws IOException {
        RaftShardLog log = new RaftShardLog(nodes.node(id), RaftTestNodes.CLUSTER, 0);
        FakeShardReplica replica = new FakeShardReplica(log, copied);
        logs.put(id, log);
        replicas.put(id, replica);
        log.open(replica, members, true, (kind, why) -> trouble.add(id + " " + kind + " " + why));
    }

    private ReplicaId replica(int id) {
        return nodes.members().get(id - 1).replica();
    }

    private GroupMembers voters(int... ids) {
        Set<ReplicaId> voters = new HashSet<>();
        for (int id : ids) voters.add(replica(id));
        return new GroupMembers(voters, Set.of());
    }

    private void change(int leader, GroupMembers expected, GroupMembers wanted) throws Exception {
        logs.get(leader)
                .changeMembers(expected, wanted, nodes.members())
                .toCompletableFuture()
                .get(40, TimeUnit.SECONDS);
    }

    @Test
    void aReplicaWithACopyTakesThePlaceOfAMember() throws Exception {
        int leader = awaitLeader();
        int replaced = leader == 3 ? 2 : 3;
        publish(leader, "before");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> replicas.get(leader).entries().size() == 1);
        open(4, replicas.get(leader), List.of());
        assertThat(logs.get(4).isMember()).isFalse();
        publish(leader, "while it waits");

        assertThatThrownBy(() -> change(leader, voters(1, 2), voters(1, 2, 4)))
                .as("the members are others")
                .isInstanceOf(Exception.class);
        change(leader, voters(1, 2, 3), voters(1, 2, 3, 4));
        assertThat(logs.get(leader).report().orElseThrow().members()).isEqualTo(voters(1, 2, 3, 4));
        await().atMost(Duration.ofSeconds(20)).until(() -> logs.get(4).isMember());
        publish(leader, "with four");

        GroupMembers after = replaced == 3 ? voters(1, 2, 4) : voters(1, 3, 4);
        change(leader, voters(1, 2, 3, 4), after);
        logs.get(replaced).close();
        publish(leader, "without the old one");
        assertThat(logs.get(leader).provenMembers().toCompletableFuture().get(20, TimeUnit.SECONDS))
                .isEqualTo(after);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> replicas.get(4).entries().size() == 4);
        assertThat(replicas.get(4).entries()).isEqualTo(replicas.get(leader).entries());
        assertThat(replicas.get(4).wrong()).isEmpty();
        assertThat(logs.get(leader).report().orElseThrow().inTouch()).contains(replica(leader), replica(4));
    }

    @Test
    void onlyTheLeaderKnowsAndChangesMembers() throws Exception {
        int leader = awaitLeader();
        int other = leader == 1 ? 2 : 1;
        publish(leader, "before");
        assertThat(logs.get(other).report()).isEmpty();
        assertThatThrownBy(() -> change(other, voters(1, 2, 3), voters(1, 2))).isInstanceOf(Exception.class);
        assertThat(logs.get(leader).report().orElseThrow().members()).isEqualTo(voters(1, 2, 3));
        assertThat(trouble).isEmpty();
    }

    private int awaitLeader() {
        int[] found = new int[1];
        await().atMost(Duration.ofSeconds(40)).until(() -> {
            for (int id = 1; id <= 3; id++) if (replicas.get(id).isLeading()) found[0] = id;
            return found[0] != 0;
        });
        return found[0];
    }

    private void publish(int leader, String text) throws Exception {
        assertThat(replicas.get(leader).publish(text).get(20, TimeUnit.SECONDS))
                .as(text)
                .isEqualTo(FakeShardReplica.STORED);
    }
}

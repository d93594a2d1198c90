package io.letterbox.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.letterbox.error.ApiException;
import io.letterbox.storage.replica.FollowerProgress;
import io.letterbox.storage.replica.ReplicaView;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RaftShardLogIT {
    private static final String APPEND_ENTRIES = "RaftServerImpl.appendEntries";

    @TempDir
    private Path root;

    private RaftTestNodes nodes;
    private final Map<Integer, FakeShardReplica> replicas = new ConcurrentHashMap<>();
    private final Map<Integer, RaftShardLog> logs = new ConcurrentHashMap<>();
    private final List<String> trouble = new CopyOnWriteArrayList<>();

    @BeforeEach
    void begin() throws IOException {
        nodes = new RaftTestNodes(root, 3);
        for (int id = 1; id <= 3; id++) nodes.start(id);
        for (int id = 1; id <= 3; id++) open(id, null);
    }

    @AfterEach
    void end() {
        CodeInjectionForTesting.remove(APPEND_ENTRIES);
        nodes.close();
        replicas.values().forEach(FakeShardReplica::close);
    }

    private void open(int id, FakeShardReplica before) throws IOException {
        RaftShardLog log = new RaftShardLog(nodes.node(id), RaftTestNodes.CLUSTER, 0);
        FakeShardReplica replica = new FakeShardReplica(log, before);
        logs.put(id, log);
        replicas.put(id, replica);
        log.open(replica, nodes.members(), before == null, (kind, why) -> trouble.add(id + " " + kind + " " + why));
    }

    @Test
    void entriesAreAppliedInTheOrderOfTheirProposalOnAllReplicas() throws Exception {
        int leader = awaitLeader();
        List<String> texts = new ArrayList<>();
        List<CompletableFuture<String>> outcomes = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            texts.add("entry " + i);
            outcomes.add(replicas.get(leader).publish("entry " + i));
        }
        for (CompletableFuture<String> outcome : outcomes) {
            assertThat(outcome.get(30, TimeUnit.SECONDS)).isEqualTo(FakeShardReplica.STORED);
        }
        awaitAll(500);
        for (FakeShardReplica replica : replicas.values()) {
            assertThat(replica.entries()).isEqualTo(texts);
            assertThat(replica.owned()).isEqualTo(replica == replicas.get(leader) ? 500 : 0);
        }
        List<FollowerProgress> followers = logs.get(leader).followers();
        assertThat(followers.stream().map(FollowerProgress::node)).hasSize(2).doesNotContain(leader);
        assertThat(followers)
                .allSatisfy(follower -> assertThat(follower.silentMs()).isLessThan(30_000));
        assertThat(logs.get(leader == 1 ? 2 : 1).followers()).isEmpty();
        logs.forEach((id, log) -> {
            ReplicaView view = log.view();
            assertThat(view.leader()).isEqualTo(leader);
            assertThat(view.voters())
                    .containsExactlyInAnyOrderElementsOf(
                            nodes.members().stream().map(RaftMember::replica).toList());
            assertThat(view.committedIndex()).isGreaterThanOrEqualTo(500);
            assertThat(view.followers()).hasSize(id == leader ? 2 : 0);
        });
        assertSound();
    }

    @Test
    void leadershipIsHandedOverAndGivenUp() throws Exception {
        int first = awaitLeader();
        int second = first == 1 ? 2 : 1;
        publish(first, "a");
        assertThat(logs.get(first)
                        .transferTo(nodes.members().get(second - 1), 5_000)
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS))
                .isTrue();
        await().atMost(Duration.ofSeconds(20)).until(() -> replicas.get(second).isLeading());
        await().atMost(Duration.ofSeconds(20)).until(() -> !replicas.get(first).isLeading());
        assertThat(replicas.get(second).terms().get(0))
                .isGreaterThan(replicas.get(first).terms().get(0));
        assertThat(replicas.get(first).publish("b").get(10, TimeUnit.SECONDS)).isEqualTo(FakeShardReplica.REFUSED);
        publish(second, "c");

        int ledBefore = replicas.get(second).terms().size();
        logs.get(second).stepDown("a test says so");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> !replicas.get(second).isLeading()
                        || replicas.get(second).terms().size() > ledBefore);
        publish(awaitLeader(), "d");
        awaitAll(3);
        assertThat(replicas.get(first).entries()).containsExactly("a", "c", "d");
        assertSound();
    }

    @Test
    void aBarrierWaitsUntilTheReplicaHasDoneWhatWasCommitted() throws Exception {
        int leader = awaitLeader();
        int follower = leader == 1 ? 2 : 1;
        publish(leader, "first");
        awaitAll(1);
        Runnable goOn = replicas.get(follower).hold();
        publish(leader, "second");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> replicas.get(6 - leader - follower).entries().size() == 2);
        assertThatThrownBy(() -> passed(follower)).hasCauseInstanceOf(ApiException.class);
        goOn.run();
        passed(follower);
        assertThat(replicas.get(follower).entries()).containsExactly("first", "second");
        passed(leader);
        assertSound();
    }

    private void passed(int node) throws Exception {
        logs.get(node).barrier().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void anEntryThatIsTooLargeIsRefusedAndTheShardGoesOn() throws Exception {
        int leader = awaitLeader();
        int most = logs.get(leader).maxEntryBytes();
        assertThat(replicas.get(leader).publish(new byte[most]).get(20, TimeUnit.SECONDS))
                .isEqualTo(FakeShardReplica.STORED);
        for (int round = 0; round < 5; round++) {
            int now = awaitLeader();
            CompletableFuture<String> before = replicas.get(now).publish("before " + round);
            assertThat(replicas.get(now).publish(new byte[most + 1]).get(10, TimeUnit.SECONDS))
                    .isEqualTo(FakeShardReplica.REFUSED);
            assertThat(replicas.get(now).publish("behind").get(10, TimeUnit.SECONDS))
                    .as("nothing behind a refused entry")
                    .isEqualTo(FakeShardReplica.REFUSED);
            assertThat(before.get(20, TimeUnit.SECONDS)).isIn(FakeShardReplica.STORED, FakeShardReplica.UNKNOWN);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !replicas.get(now).isLeading());
        }
        publish(awaitLeader(), "end");
        await().atMost(Duration.ofSeconds(20)).until(() -> replicas.values().stream()
                .allMatch(replica -> replica.entries().contains("end")));
        assertThat(replicas.get(1).entries())
                .doesNotContain("behind")
                .isEqualTo(replicas.get(2).entries());
        assertSound();
    }

    @Test
    void aReplicaThatWasAwayGetsWhatLiesBehindItsCheckpoint() throws Exception {
        int leader = awaitLeader();
        for (int i = 0; i < 20; i++) publish(leader, "a" + i);
        int away = leader == 3 ? 1 : 3;
        await().atMost(Duration.ofSeconds(20))
                .until(() -> replicas.get(away).entries().size() == 20);
        logs.get(away).checkpointed(replicas.get(away).last());
        nodes.stop(away);
        FakeShardReplica before = replicas.get(away);
        for (int i = 0; i < 20; i++) publish(awaitLeader(away), "b" + i);
        nodes.start(away);
        open(away, before);
        awaitAll(40);
        assertThat(replicas.get(away).entries())
                .hasSize(40)
                .isEqualTo(replicas.get(awaitLeader()).entries());
        assertSound();
    }

    /** The old leader is deaf and dumb with entries in flight; another one leads, and the old one comes back. */
    @Test
    void whatALeaderHadInFlightWhenItWasCutOffIsToldNeverWrongly() throws Exception {
        int old = awaitLeader();
        publish(old, "sure");
        String peer = nodes.members().get(old - 1).replica().peer();
        CodeInjectionForTesting.put(APPEND_ENTRIES, (local, remote, arguments) -> {
            if (String.valueOf(remote).equals(peer)) throw new IllegalStateException("cut off");
            return true;
        });
        Map<String, CompletableFuture<String>> inFlight = new LinkedHashMap<>();
        for (int i = 0; i < 40; i++) inFlight.put("lost " + i, replicas.get(old).publish("lost " + i));
        await().atMost(Duration.ofSeconds(30)).until(() -> !replicas.get(old).isLeading());
        int next = awaitLeader(old);
        for (int i = 0; i < 10; i++) publish(next, "new " + i);
        CodeInjectionForTesting.remove(APPEND_ENTRIES);
        publish(awaitLeader(), "end");

        await().atMost(Duration.ofSeconds(30)).until(() -> replicas.values().stream()
                .allMatch(replica -> replica.entries().contains("end")));
        List<String> agreed = replicas.get(next).entries();
        for (FakeShardReplica replica : replicas.values())
            assertThat(replica.entries()).isEqualTo(agreed);
        assertThat(agreed).startsWith("sure").contains("new 0", "new 9").doesNotHaveDuplicates();
        List<String> outcomes = new ArrayList<>();
        for (Map.Entry<String, CompletableFuture<String>> each : inFlight.entrySet()) {
            String outcome = each.getValue().get(10, TimeUnit.SECONDS);
            outcomes.add(outcome);
            if (outcome.equals(FakeShardReplica.STORED)) assertThat(agreed).contains(each.getKey());
            if (outcome.equals(FakeShardReplica.REFUSED)) assertThat(agreed).doesNotContain(each.getKey());
        }
        assertThat(outcomes).as("of a leader that reached nobody").contains(FakeShardReplica.UNKNOWN);
        assertSound();
    }

    private int awaitLeader(int... but) {
        int[] found = new int[1];
        await().atMost(Duration.ofSeconds(40)).until(() -> {
            for (int id = 1; id <= 3; id++) {
                boolean excluded = but.length > 0 && but[0] == id;
                if (!excluded && replicas.get(id).isLeading()) found[0] = id;
            }
            return found[0] != 0;
        });
        return found[0];
    }

    private void awaitAll(int entries) {
        await().atMost(Duration.ofSeconds(30)).until(() -> replicas.values().stream()
                .allMatch(replica -> replica.entries().size() >= entries));
    }

    /** Publishes until it is stored, at who leads. */
    private void publish(int leader, String text) throws Exception {
        assertThat(replicas.get(leader).publish(text).get(20, TimeUnit.SECONDS))
                .as(text)
                .isEqualTo(FakeShardReplica.STORED);
    }

    private void assertSound() {
        assertThat(trouble).isEmpty();
        replicas.forEach(
                (id, replica) -> assertThat(replica.wrong()).as("node " + id).isEmpty());
    }
}

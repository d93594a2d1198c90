package io.letterbox.cluster.healing;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.cluster.healing.HealingStep.ChangeMembers;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.MemberImage;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.ReplicaId;
import io.letterbox.metadata.ShardImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class HealingTest {
    static final UUID CLUSTER = new UUID(1, 1);
    private static final ReplicaId ONE = replica(1, 0);
    private static final ReplicaId TWO = replica(2, 0);
    private static final ReplicaId THREE = replica(3, 0);
    private static final ReplicaId NEW_THREE = replica(3, 1);
    private static final ReplicaCondition LOST = new ReplicaCondition.Out(true, "the disk is new");

    private final Healing healing = new Healing();
    private final Map<Integer, NodeImage> nodes = new TreeMap<>();
    private final Map<ReplicaId, ReplicaCondition> conditions = new HashMap<>();
    private List<ReplicaId> replicas = List.of(ONE, TWO, THREE);
    private Set<ReplicaId> members = Set.of(ONE, TWO, THREE);
    private Set<ReplicaId> inTouch = Set.of(ONE, TWO, THREE);
    private boolean changing;
    private long nowMs;

    HealingTest() {
        for (ReplicaId each : replicas) {
            register(each);
            conditions.put(each, new ReplicaCondition.Serving(5));
        }
    }

    static ReplicaId replica(int node, int disk) {
        return new ReplicaId(node, new UUID(disk, node));
    }

    private void register(ReplicaId replica, UUID... former) {
        nodes.put(replica.node(), node(replica, Arrays.asList(former)));
    }

    static NodeImage node(ReplicaId replica, List<UUID> former) {
        Endpoint at = new Endpoint("node" + replica.node(), 7400);
        MemberImage member = new MemberImage(replica.directory(), "", "1.0", at, at, at, former);
        return new NodeImage(replica.node(), at, Endpoint.NONE, false, 1, member);
    }

    static ClusterImage image(Map<Integer, NodeImage> nodes, List<ShardImage> shards) {
        return new ClusterImage(
                1,
                CLUSTER.toString(),
                nodes,
                shards,
                Collections.emptySortedMap(),
                Map.of(),
                Collections.emptySortedMap());
    }

    private HealingPlan plan() {
        GroupReport led = new GroupReport(0, 7, new GroupMembers(members, Set.of()), changing, inTouch);
        List<NodeReport> reports = new ArrayList<>();
        conditions.forEach((replica, condition) -> reports.add(
                new NodeReport(replica, nowMs, replica.equals(ONE) ? List.of(led) : List.of(), Map.of(0, condition))));
        return healing.plan(image(nodes, List.of(new ShardImage(0, replicas, 0))), reports, nowMs);
    }

    private ChangeMembers onlyChange() {
        List<HealingStep> steps = plan().steps();
        assertThat(steps).hasSize(1);
        return (ChangeMembers) steps.get(0);
    }

    private void threeHasAnotherDisk() {
        conditions.remove(THREE);
        inTouch = Set.of(ONE, TWO);
        register(NEW_THREE, THREE.directory());
        conditions.put(NEW_THREE, LOST);
    }

    @Test
    void nothingIsDoneWhereAllIsWell() {
        assertThat(plan()).isEqualTo(new HealingPlan(List.of(), List.of()));
    }

    @Test
    void theMetadataGetTheDirectoryThatANodeHasNow() {
        threeHasAnotherDisk();
        assertThat(plan().steps()).containsExactly(new HealingStep.Reassign(0, THREE, NEW_THREE));
        assertThat(plan().steps()).as("the same again").isEmpty();
        nowMs = Healing.AGAIN_MS;
        assertThat(plan().steps()).hasSize(1);
    }

    @Test
    void aReplicaOnANewDiskIsAddedWhenItHasItsCopyAndThenTheOldOneIsRemoved() {
        threeHasAnotherDisk();
        replicas = List.of(ONE, TWO, NEW_THREE);
        assertThat(plan().steps()).isEmpty();
        assertThat(plan().sentences())
                .containsExactly("The replica of shard 0 on node 3 does not run: the disk is new.");

        conditions.put(NEW_THREE, new ReplicaCondition.Copying(true, 10, 20));
        assertThat(plan().steps()).isEmpty();
        assertThat(plan().sentences().get(0)).contains("10 of 20 bytes");

        conditions.put(NEW_THREE, new ReplicaCondition.Waiting(5));
        ChangeMembers add = onlyChange();
        assertThat(add.leader()).isEqualTo(ONE);
        assertThat(add.expected().voters()).isEqualTo(members);
        assertThat(add.wanted().voters()).containsExactlyInAnyOrder(ONE, TWO, THREE, NEW_THREE);

        members = add.wanted().voters();
        inTouch = Set.of(ONE, TWO, NEW_THREE);
        conditions.put(NEW_THREE, new ReplicaCondition.Serving(6));
        assertThat(onlyChange().wanted().voters()).containsExactlyInAnyOrder(ONE, TWO, NEW_THREE);
    }

    @Test
    void aMemberThatForgotGoesBeforeItIsFilled() {
        conditions.put(THREE, new ReplicaCondition.Out(true, "its log could not be forced"));
        // It may have answered a moment ago.
        ChangeMembers without = onlyChange();
        assertThat(without.wanted().voters()).containsExactlyInAnyOrder(ONE, TWO);

        members = without.wanted().voters();
        inTouch = members;
        assertThat(plan().steps()).isEmpty();
        conditions.put(THREE, new ReplicaCondition.Waiting(9));
        assertThat(onlyChange().wanted().voters()).containsExactlyInAnyOrder(ONE, TWO, THREE);
    }

    @Test
    void aMemberThatRemembersStays() {
        conditions.put(THREE, new ReplicaCondition.Out(false, "it is too far behind"));
        inTouch = Set.of(ONE, TWO);
        assertThat(plan().steps()).isEmpty();
        conditions.put(THREE, new ReplicaCondition.Copying(false, 1, 2));
        assertThat(plan().steps()).isEmpty();
        assertThat(plan().sentences()).hasSize(1);
    }

    @Test
    void noMemberGoesWhileTheOthersAreNoMajority() {
        conditions.put(THREE, LOST);
        conditions.remove(TWO);
        inTouch = Set.of(ONE, THREE);
        assertThat(plan().steps()).isEmpty();
        assertThat(plan().sentences()).anyMatch(sentence -> sentence.contains("only when a majority of the others"));
    }

    @Test
    void oneOfTwoThatForgotCannotBeReplaced() {
        replicas = List.of(ONE, THREE);
        members = Set.of(ONE, THREE);
        conditions.remove(TWO);
        conditions.put(THREE, LOST);
        inTouch = Set.of(ONE);
        assertThat(plan().steps()).isEmpty();
    }

    @Test
    void membersChangeOneAfterTheOther() {
        changing = true;
        conditions.put(THREE, LOST);
        assertThat(plan().steps()).isEmpty();
        changing = false;
        ChangeMembers step = onlyChange();
        assertThat(plan().steps()).isEmpty();
        healing.failed(step);
        assertThat(onlyChange()).isEqualTo(step);
    }

    @Test
    void aReplicaThatWasRemovedAndIsSoundComesBack() {
        members = Set.of(ONE, TWO);
        inTouch = members;
        assertThat(onlyChange().wanted().voters()).containsExactlyInAnyOrder(ONE, TWO, THREE);
    }

    @Test
    void oldReportsAndThoseOfReplacedDirectoriesSayNothing() {
        conditions.put(THREE, LOST);
        List<NodeReport> old = List.of(new NodeReport(
                ONE,
                0,
                List.of(new GroupReport(0, 7, new GroupMembers(members, Set.of()), false, inTouch)),
                Map.of(0, conditions.get(ONE))));
        ClusterImage image = image(nodes, List.of(new ShardImage(0, replicas, 0)));
        assertThat(healing.plan(image, old, Healing.FRESH_MS + 1).sentences())
                .anyMatch(sentence -> sentence.contains("No leader of shard 0 answers"));

        threeHasAnotherDisk();
        replicas = List.of(ONE, TWO, NEW_THREE);
        conditions.put(THREE, new ReplicaCondition.Out(true, "an old disk"));
        assertThat(plan().steps()).as("a member's directory that came back").isEmpty();
    }

    @Test
    void theLeaderOfTheLaterTermCounts() {
        conditions.put(THREE, LOST);
        GroupMembers now = new GroupMembers(Set.of(ONE, TWO), Set.of());
        List<NodeReport> reports = List.of(
                new NodeReport(
                        ONE,
                        0,
                        List.of(new GroupReport(0, 7, new GroupMembers(members, Set.of()), false, inTouch)),
                        Map.of()),
                new NodeReport(TWO, 0, List.of(new GroupReport(0, 8, now, false, Set.of(ONE, TWO))), Map.of()),
                new NodeReport(THREE, 0, List.of(), Map.of(0, LOST)));
        assertThat(healing.plan(image(nodes, List.of(new ShardImage(0, replicas, 0))), reports, 0)
                        .steps())
                .isEmpty();
    }

    @Test
    void theMetadataHaveThreeVotersAndTheOthersListen() {
        for (int id = 4; id <= 5; id++) register(replica(id, 0));
        GroupMembers now = new GroupMembers(Set.of(ONE, TWO, THREE), Set.of());
        ClusterImage image = image(nodes, List.of());
        GroupMembers wanted = MetadataMembers.wanted(image, now);
        assertThat(wanted.voters()).containsExactlyInAnyOrder(ONE, TWO, THREE);
        assertThat(wanted.listeners()).containsExactlyInAnyOrder(replica(4, 0), replica(5, 0));

        GroupReport led = new GroupReport(GroupReport.METADATA, 3, now, false, now.voters());
        Map<Integer, ReplicaCondition> waiting = Map.of(GroupReport.METADATA, new ReplicaCondition.Waiting(1));
        List<NodeReport> reports = List.of(
                new NodeReport(ONE, 0, List.of(led), Map.of()), new NodeReport(replica(4, 0), 0, List.of(), waiting));
        assertThat(healing.plan(image, reports, 0).steps())
                .singleElement()
                .extracting(step -> ((ChangeMembers) step).wanted())
                .isEqualTo(new GroupMembers(now.voters(), Set.of(replica(4, 0))));
    }

    @Test
    void aFounderThatHasNotRegisteredYetKeepsItsVote() {
        nodes.remove(3);
        GroupMembers now = new GroupMembers(Set.of(ONE, TWO, THREE), Set.of());
        assertThat(MetadataMembers.wanted(image(nodes, List.of()), now)).isEqualTo(now);
    }

    @Test
    void aVoterOfTheMetadataKeepsItsVoteWithAnotherDisk() {
        threeHasAnotherDisk();
        GroupMembers now = new GroupMembers(Set.of(ONE, TWO, THREE), Set.of());
        assertThat(MetadataMembers.wanted(image(nodes, List.of()), now).voters())
                .isEqualTo(new HashSet<>(List.of(ONE, TWO, NEW_THREE)));
    }
}

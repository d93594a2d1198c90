package io.letterbox.groups.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class AssignorsTest {
    private static final Uuid T = new Uuid(1, 1);
    private static final Uuid U = new Uuid(1, 2);

    private final Map<Uuid, Integer> sizes = new HashMap<>();
    private final SortedMap<String, Assignor.MemberSubscription> members = new TreeMap<>();

    private void member(String id, Uuid... topics) {
        members.put(id, new Assignor.MemberSubscription(id, Set.of(topics), PartitionSet.EMPTY));
    }

    private Map<String, PartitionSet> assign(Assignor assignor) {
        Map<String, PartitionSet> targets = assignor.assign(members, sizes::get);
        members.replaceAll((id, member) -> new Assignor.MemberSubscription(id, member.topics(), targets.get(id)));
        checkComplete(targets);
        return targets;
    }

    /** Checks that every partition of a subscribed topic has one owner, which is subscribed to it. */
    private void checkComplete(Map<String, PartitionSet> targets) {
        Map<Uuid, Set<Integer>> given = new HashMap<>();
        targets.forEach((id, target) -> target.forEach((topic, partition) -> {
            assertThat(members.get(id).topics()).contains(topic);
            assertThat(given.computeIfAbsent(topic, t -> new HashSet<>()).add(partition))
                    .as("%s-%s has one owner", topic, partition)
                    .isTrue();
        }));
        for (Assignor.MemberSubscription member : members.values()) {
            for (Uuid topic : member.topics()) {
                assertThat(given.getOrDefault(topic, Set.of())).hasSize(sizes.get(topic));
            }
        }
    }

    @Test
    void uniformBalancesAndMovesNoMoreThanItTakes() {
        sizes.putAll(Map.of(T, 7, U, 5));
        member("a", T, U);
        member("b", T, U);
        Map<String, PartitionSet> before = assign(Assignor.STANDARD);
        assertThat(before.get("a").size()).isEqualTo(6);
        member("c", T, U);
        Map<String, PartitionSet> after = assign(Assignor.STANDARD);
        assertThat(after.values()).allMatch(target -> target.size() == 4);
        assertThat(before.get("a").containsAll(after.get("a"))).isTrue();
        assertThat(before.get("b").containsAll(after.get("b"))).isTrue();
        members.remove("a");
        Map<String, PartitionSet> without = assign(Assignor.STANDARD);
        assertThat(without.get("b").containsAll(after.get("b"))).isTrue();
        assertThat(without.get("c").containsAll(after.get("c"))).isTrue();
    }

    @Test
    void uniformMovesAlongChainsWhereNoDirectMoveHelps() {
        sizes.putAll(Map.of(T, 4, U, 2));
        member("a", T);
        assign(Assignor.STANDARD);
        member("b", T, U);
        member("c", U);
        Map<String, PartitionSet> targets = assign(Assignor.STANDARD);
        assertThat(targets.values()).allMatch(target -> target.size() == 2);
    }

    @Test
    void rangeGivesNeighboursOfTopicsWithAsManyPartitionsToTheSameMember() {
        sizes.putAll(Map.of(T, 5, U, 5));
        member("a", T, U);
        member("b", T, U);
        Map<String, PartitionSet> targets = assign(new RangeAssignor());
        assertThat(targets.get("a").byTopic().get(T)).containsExactly(0, 1);
        assertThat(targets.get("b").byTopic().get(U)).containsExactly(2, 3, 4);
    }

    @Test
    void morePeopleThanPartitionsLeavesSomeIdle() {
        sizes.put(T, 2);
        for (String id : new String[] {"a", "b", "c"}) member(id, T);
        assertThat(assign(Assignor.STANDARD).get("c").isEmpty()).isTrue();
        assertThat(assign(new RangeAssignor()).values().stream()
                        .filter(PartitionSet::isEmpty)
                        .count())
                .isEqualTo(1);
    }

    /** Checks that the assignment is optimal: no member can pass a partition on to one that has at least two fewer. */
    @Test
    void uniformIsAsBalancedAsTheSubscriptionsAllow() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            members.clear();
            sizes.clear();
            Uuid[] topics = new Uuid[1 + random.nextInt(4)];
            for (int t = 0; t < topics.length; t++) {
                topics[t] = new Uuid(2, t + 1);
                sizes.put(topics[t], 1 + random.nextInt(9));
            }
            for (int step = 0; step < 6; step++) {
                Set<Uuid> subscribed = new HashSet<>();
                for (Uuid topic : topics) if (random.nextBoolean()) subscribed.add(topic);
                String id = "m" + random.nextInt(6);
                PartitionSet target = members.containsKey(id) ? members.get(id).target() : PartitionSet.EMPTY;
                members.put(id, new Assignor.MemberSubscription(id, subscribed, target));
                Map<String, PartitionSet> targets = assign(Assignor.STANDARD);
                assertThat(worstDirectMove(targets)).as("seed %s", seed).isLessThan(2);
            }
        }
    }

    private int worstDirectMove(Map<String, PartitionSet> targets) {
        int worst = 0;
        for (String from : members.keySet()) {
            for (Uuid topic : targets.get(from).byTopic().keySet()) {
                for (String to : members.keySet()) {
                    if (!members.get(to).topics().contains(topic)) continue;
                    worst = Math.max(
                            worst, targets.get(from).size() - targets.get(to).size());
                }
            }
        }
        return worst;
    }

    @Test
    void aThousandMembersOfTwoThousandPartitionsAreAssignedInNoTime() {
        sizes.putAll(Map.of(T, 1200, U, 800));
        for (int m = 0; m < 1000; m++) member("m" + m, T, U);
        long beganNs = System.nanoTime();
        Map<String, PartitionSet> targets = assign(Assignor.STANDARD);
        members.remove("m17");
        member("late", T, U);
        assign(Assignor.STANDARD);
        assertThat(System.nanoTime() - beganNs).isLessThan(20_000_000_000L);
        assertThat(targets.values()).allMatch(target -> target.size() == 2);
    }
}

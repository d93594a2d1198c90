package io.letterbox.groups.consumer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.Uuid;

/**
 * Balances the numbers of partitions of all members: they differ by at most one if all are subscribed to the same
 * topics, and otherwise as little as the subscriptions allow. Moves as few partitions as that needs.
 *
 * <p>Members first keep their partitions, as far as they may. Each free partition goes to the member with the fewest.
 * Then one partition at a time moves along a chain of members, from one that has at least two more than the last of the
 * chain; a chain can help although no direct move does. When no chain is left, the sum of the squares of the loads is
 * minimal, just as a flow of convex cost without a negative cycle is the cheapest.
 */
final class UniformAssignor implements Assignor {
    @Override
    public String assignorName() {
        return "uniform";
    }

    @Override
    public Map<String, PartitionSet> assign(
            SortedMap<String, MemberSubscription> subscribers, ToIntFunction<Uuid> partitions) {
        if (subscribers.isEmpty()) return Map.of();
        return new Plan(subscribers, partitions).balanced();
    }

    /** The computation of one assignment; members and topics by index. */
    private static final class Plan {
        private final String[] ids;
        private final Uuid[] topics;

        /** The members that are subscribed to a topic, in order. */
        private final int[][] membersOf;

        /** The partitions of each member, by topic; last in, first out. */
        private final List<Map<Integer, ArrayDeque<Integer>>> held = new ArrayList<>();

        private final int[] load;

        Plan(SortedMap<String, MemberSubscription> subscribers, ToIntFunction<Uuid> partitions) {
            ids = Assignor.ordered(subscribers);
            load = new int[ids.length];
            TreeSet<Uuid> all = new TreeSet<>();
            for (MemberSubscription subscriber : subscribers.values()) all.addAll(subscriber.topics());
            topics = all.toArray(Uuid[]::new);
            membersOf = new int[topics.length][];
            for (int m = 0; m < ids.length; m++) held.add(new TreeMap<>());
            List<int[]> free = new ArrayList<>();
            for (int t = 0; t < topics.length; t++) keep(subscribers, t, partitions.applyAsInt(topics[t]), free);
            // Partitions with few possible members come first, because members with many possible partitions can get
            // others.
            free.sort((a, b) -> Integer.compare(membersOf[a[0]].length, membersOf[b[0]].length));
            for (int[] partition : free) give(leastLoaded(partition[0]), partition[0], partition[1]);
        }

        private void keep(SortedMap<String, MemberSubscription> subscribers, int topic, int count, List<int[]> free) {
            Uuid id = topics[topic];
            boolean[] taken = new boolean[count];
            int[] members = new int[ids.length];
            int size = 0;
            for (int m = 0; m < ids.length; m++) {
                MemberSubscription subscriber = subscribers.get(ids[m]);
                if (!subscriber.topics().contains(id)) continue;
                members[size++] = m;
                for (int p : subscriber.target().byTopic().getOrDefault(id, new TreeSet<>())) {
                    if (p >= count || taken[p]) continue;
                    taken[p] = true;
                    give(m, topic, p);
                }
            }
            membersOf[topic] = Arrays.copyOf(members, size);
            for (int p = 0; p < count; p++) if (!taken[p]) free.add(new int[] {topic, p});
        }

        private int leastLoaded(int topic) {
            int least = membersOf[topic][0];
            for (int m : membersOf[topic]) if (load[m] < load[least]) least = m;
            return least;
        }

        private void give(int member, int topic, int partition) {
            held.get(member).computeIfAbsent(topic, t -> new ArrayDeque<>()).push(partition);
            load[member]++;
        }

        private void move(int from, int to, int topic) {
            ArrayDeque<Integer> partitions = held.get(from).get(topic);
            int partition = partitions.pop();
            if (partitions.isEmpty()) held.get(from).remove(topic);
            load[from]--;
            give(to, topic, partition);
        }

        Map<String, PartitionSet> balanced() {
            // Terminates because every move reduces the sum of the squares of the loads.
            boolean moved = true;
            while (moved) moved = level();
            Map<String, PartitionSet> targets = new HashMap<>();
            for (int m = 0; m < ids.length; m++) {
                PartitionSet.Builder target = new PartitionSet.Builder();
                held.get(m).forEach((topic, partitions) -> target.addAll(topics[topic], partitions));
                targets.put(ids[m], target.build());
            }
            return targets;
        }

        /**
         * Relieves every member once per level, from the highest load down, so that no member gives away a partition
         * that it gets back. Returns false if nothing moved.
         */
        private boolean level() {
            boolean moved = false;
            int lowest = Arrays.stream(load).min().getAsInt();
            for (int level = Arrays.stream(load).max().getAsInt(); level > lowest + 1; level--) {
                for (int m = 0; m < load.length; m++) if (load[m] == level && relieve(m)) moved = true;
            }
            return moved;
        }

        /** Moves one partition from a member towards one that has at least two fewer; false if there is none. */
        private boolean relieve(int from) {
            if (load[from] < 2) return false;
            int[] before = new int[ids.length];
            int[] by = new int[ids.length];
            Arrays.fill(before, -1);
            before[from] = from;
            boolean[] seenTopic = new boolean[topics.length];
            ArrayDeque<Integer> queue = new ArrayDeque<>(List.of(from));
            int best = -1;
            while (!queue.isEmpty()) {
                int member = queue.poll();
                for (int topic : held.get(member).keySet()) {
                    if (seenTopic[topic]) continue;
                    seenTopic[topic] = true;
                    for (int next : membersOf[topic]) {
                        if (before[next] >= 0) continue;
                        before[next] = member;
                        by[next] = topic;
                        queue.add(next);
                        if (load[next] <= load[from] - 2 && (best < 0 || load[next] < load[best])) best = next;
                    }
                }
                // The shortest chain moves the fewest partitions.
                if (best >= 0) break;
            }
            if (best < 0) return false;
            for (int to = best; to != from; to = before[to]) move(before[to], to, by[to]);
            return true;
        }
    }
}

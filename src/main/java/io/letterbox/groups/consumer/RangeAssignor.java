package io.letterbox.groups.consumer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.Uuid;

/**
 * Assigns each member consecutive partitions of each topic. Members with equal subscriptions get equal partition
 * numbers of topics with equally many partitions, so that records of one key reach one member. Balanced per topic only.
 */
final class RangeAssignor implements Assignor {
    @Override
    public String assignorName() {
        return "range";
    }

    @Override
    public Map<String, PartitionSet> assign(
            SortedMap<String, MemberSubscription> subscribers, ToIntFunction<Uuid> partitions) {
        String[] ordered = Assignor.ordered(subscribers);
        SortedMap<Uuid, List<String>> membersOf = new TreeMap<>();
        Map<String, PartitionSet.Builder> targets = new HashMap<>();
        for (String id : ordered) {
            targets.put(id, new PartitionSet.Builder());
            for (Uuid topic : subscribers.get(id).topics()) {
                membersOf.computeIfAbsent(topic, t -> new ArrayList<>()).add(id);
            }
        }
        membersOf.forEach((topic, ids) -> {
            int count = partitions.applyAsInt(topic);
            for (int i = 0; i < ids.size(); i++) {
                int from = (int) ((long) count * i / ids.size());
                int to = (int) ((long) count * (i + 1) / ids.size());
                for (int p = from; p < to; p++) targets.get(ids.get(i)).add(topic, p);
            }
        });
        Map<String, PartitionSet> built = new HashMap<>();
        targets.forEach((id, target) -> built.put(id, target.build()));
        return built;
    }
}

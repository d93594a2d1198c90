package io.letterbox.groups.consumer;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.Uuid;

/**
 * Computes target assignments (KIP-848, "server-side assignors"). Every partition of a topic goes to one subscriber.
 */
public sealed interface Assignor permits UniformAssignor, RangeAssignor {
    /** The assignor of groups whose members request none; Kafka's default, too. */
    Assignor STANDARD = new UniformAssignor();

    /** All assignors. */
    List<Assignor> ALL = List.of(STANDARD, new RangeAssignor());

    /**
     * A member, as an assignor sees it.
     *
     * @param order the key by which members are ordered: the instance id, which survives restarts of the client, or the
     *     member id
     * @param topics the existing topics that it is subscribed to
     * @param target its current target assignment
     */
    record MemberSubscription(String order, Set<Uuid> topics, PartitionSet target) {}

    /** The name by which members request it. */
    String assignorName();

    /**
     * Computes the targets.
     *
     * @param subscribers the members by their ids
     * @param partitions the number of partitions of a topic
     * @return the target of every member, by member id
     */
    Map<String, PartitionSet> assign(SortedMap<String, MemberSubscription> subscribers, ToIntFunction<Uuid> partitions);

    /** An assignor by its name. */
    static Optional<Assignor> named(String name) {
        return ALL.stream()
                .filter(assignor -> assignor.assignorName().equals(name))
                .findFirst();
    }

    /** The names, for a refusal. */
    static String names() {
        return String.join(", ", ALL.stream().map(Assignor::assignorName).toList());
    }

    /** The ids of members, in the order that both assignors use. */
    static String[] ordered(SortedMap<String, MemberSubscription> subscribers) {
        String[] ids = subscribers.keySet().toArray(String[]::new);
        Arrays.sort(ids, (a, b) -> {
            int byOrder =
                    subscribers.get(a).order().compareTo(subscribers.get(b).order());
            return byOrder != 0 ? byOrder : a.compareTo(b);
        });
        return ids;
    }
}

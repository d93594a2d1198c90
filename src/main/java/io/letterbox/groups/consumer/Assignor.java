package io.letterbox.groups.consumer;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.Uuid;

/** Decides who should own what (KIP-848, "server-side assignors"). Every partition of a topic goes to one subscriber. */
public sealed interface Assignor permits UniformAssignor, RangeAssignor {
    /** What a group uses whose members name none: the first in Kafka's default, too. */
    Assignor STANDARD = new UniformAssignor();

    /** All there are. */
    List<Assignor> ALL = List.of(STANDARD, new RangeAssignor());

    /**
     * A member, to an assignor.
     *
     * @param order what members are ordered by: a static member's name, which stays when it comes back, or the member id
     * @param topics what it is subscribed to, of the topics that exist
     * @param target what it should own so far
     */
    record Subscriber(String order, Set<Uuid> topics, PartitionSet target) {}

    /** The name by which members ask for it. */
    String assignorName();

    /**
     * Computes the targets.
     *
     * @param subscribers by member id
     * @param partitions how many partitions a topic has
     * @return what every member should own, by member id
     */
    Map<String, PartitionSet> assign(SortedMap<String, Subscriber> subscribers, ToIntFunction<Uuid> partitions);

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

    /** The ids of members, in the order that both assignors go by. */
    static String[] ordered(SortedMap<String, Subscriber> subscribers) {
        String[] ids = subscribers.keySet().toArray(String[]::new);
        Arrays.sort(ids, (a, b) -> {
            int byOrder =
                    subscribers.get(a).order().compareTo(subscribers.get(b).order());
            return byOrder != 0 ? byOrder : a.compareTo(b);
        });
        return ids;
    }
}

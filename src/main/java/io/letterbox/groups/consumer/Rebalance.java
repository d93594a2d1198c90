package io.letterbox.groups.consumer;

import io.letterbox.groups.patterns.TopicMatch;
import io.letterbox.groups.patterns.TopicPatterns;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;

/**
 * The consequences of a change, within one request: a new group epoch, new targets, the next step of a member. Lives as
 * long as the request.
 *
 * @param change the changes of the request
 * @param topics the cluster's current topics
 * @param patterns matches regular expressions with topics
 * @param wallMs milliseconds since 1970
 */
record Rebalance(GroupChange change, Topics topics, TopicPatterns patterns, long wallMs) {

    /**
     * Compares the group with the cluster, begins a new epoch if something has changed, and computes the targets of the
     * newest epoch if they are missing.
     *
     * @param changed whether a subscription has changed, or a member is new
     */
    void updateTargets(boolean changed) {
        if (changed || !change.group().isComparedWith(topics)) compare(changed);
        if (change.group().epoch() > change.group().targetEpoch()) assign();
    }

    /** Begins a new epoch because members have left; the next heartbeat computes the targets without them. */
    void afterDeparture() {
        compare(true);
    }

    private void compare(boolean changed) {
        boolean resolved = resolve();
        long hash = topics.hash(change.group().topics());
        if (changed || hash != change.group().hash()) {
            change.add(new ConsumerEvent.Epoch(change.group().epoch() + 1, hash));
        }
        // If an expression is not matched yet, the next heartbeat compares again.
        if (resolved) change.group().comparedWith(topics);
    }

    /**
     * Updates the topics of regular expressions, and drops expressions that no member uses. Returns false if some are
     * not matched yet; these keep their topics.
     */
    private boolean resolve() {
        boolean all = true;
        Set<String> used = new LinkedHashSet<>();
        for (ConsumerMember member : change.group().members()) {
            if (member.profile().subscribedTopicRegex() != null)
                used.add(member.profile().subscribedTopicRegex());
        }
        for (String regex : used) {
            Optional<TopicMatch> found = patterns.find(regex, topics.image());
            if (found.isEmpty()) all = false;
            Set<String> matching = found.map(TopicMatch::topics).orElse(null);
            if (matching == null || matching.equals(change.group().regexes().get(regex))) continue;
            change.add(new ConsumerEvent.Regex(regex, matching, topics.version(), wallMs));
        }
        Set<String> unused = new HashSet<>(change.group().regexes().keySet());
        unused.removeAll(used);
        for (String regex : unused) change.add(new ConsumerEvent.Regex(regex, null, 0, 0));
        return all;
    }

    private void assign() {
        ConsumerGroup group = change.group();
        SortedMap<String, Assignor.MemberSubscription> subscribers = new TreeMap<>();
        for (ConsumerMember member : group.members()) {
            Set<Uuid> ids = new HashSet<>();
            for (String name : group.topicsOf(member)) {
                if (topics.named(name) != null) ids.add(Topics.id(topics.named(name)));
            }
            String order = Objects.requireNonNullElse(member.instanceId(), member.id());
            subscribers.put(member.id(), new Assignor.MemberSubscription(order, ids, group.target(member.id())));
        }
        Map<String, PartitionSet> targets = assignor(group).assign(subscribers, topics::partitions);
        Set<String> known = new HashSet<>(group.targeted());
        int epoch = group.epoch();
        targets.forEach((memberId, target) -> {
            if (known.contains(memberId) && target.equals(group.target(memberId))) return;
            change.add(new ConsumerEvent.Target(memberId, target));
        });
        change.add(new ConsumerEvent.TargetEpoch(epoch, wallMs));
    }

    /** The assignor that most members request; of equals, the first in {@link Assignor#ALL}. */
    static Assignor assignor(ConsumerGroup group) {
        Map<String, Integer> votes = new HashMap<>();
        for (ConsumerMember member : group.members()) {
            if (member.profile().serverAssignor() != null)
                votes.merge(member.profile().serverAssignor(), 1, Integer::sum);
        }
        Assignor chosen = Assignor.STANDARD;
        int most = 0;
        for (Assignor assignor : Assignor.ALL) {
            int count = votes.getOrDefault(assignor.assignorName(), 0);
            if (count <= most) continue;
            most = count;
            chosen = assignor;
        }
        return chosen;
    }

    /**
     * Takes a member one step towards its target.
     *
     * @param owned the partitions that it reports as owned; null if it does not report them
     */
    void reconcile(String memberId, PartitionSet owned) {
        ConsumerGroup group = change.group();
        CurrentAssignment current = group.member(memberId).current();
        PartitionSet.Test free = (topic, partition) -> {
            String owner = group.owner(topic, partition);
            return owner == null || owner.equals(memberId);
        };
        CurrentAssignment next =
                new Reconciliation(group.targetEpoch(), group.target(memberId), owned, free).next(current);
        if (!next.equals(current)) change.add(new ConsumerEvent.Current(memberId, next));
    }
}

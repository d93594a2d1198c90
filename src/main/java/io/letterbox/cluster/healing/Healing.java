package io.letterbox.cluster.healing;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.ReplicaId;
import io.letterbox.metadata.ShardImage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which members the groups of a cluster shall have next, decided by the controller from what the nodes report:
 *
 * <ul>
 *   <li>A node has come back with another directory: the metadata get that instead of the one before.
 *   <li>A voter has forgotten what it promised: it goes, while the others have a majority without it. Then it may be
 *       filled again.
 *   <li>A replica that the metadata want has got its copy: it becomes a member. First those that are missing are added,
 *       one by one, then those that nobody wants are removed, so there are never fewer copies than there were.
 * </ul>
 *
 * One change of a group at a time, and none without a majority of the old and of the new members in touch, because
 * Raft would neither finish it nor take it back. Pure, with a state that only holds repetitions back; owned by one
 * thread.
 */
public final class Healing {
    /** An older report says nothing any more. */
    public static final long FRESH_MS = 5_000;

    /** The same is not asked again for so long: a leader may try for 30 s to bring a new member up to date. */
    public static final long AGAIN_MS = 35_000;

    private final Map<Integer, Asked> asked = new HashMap<>();

    private record Asked(HealingStep step, long atMs) {}

    /** The leader of a group and what it reports. */
    private record Led(ReplicaId leader, GroupReport report) {}

    /** What there is to decide about one group. */
    private record Group(int id, GroupMembers wanted, Led led, Map<ReplicaId, ReplicaCondition> conditions) {
        GroupMembers members() {
            return led.report().members();
        }

        boolean hasForgotten(ReplicaId replica) {
            ReplicaCondition condition = conditions.get(replica);
            return condition != null && condition.hasForgotten();
        }

        /** Its files are good, whether it has just been copied or was removed by mistake. */
        boolean couldJoin(ReplicaId replica) {
            ReplicaCondition condition = conditions.get(replica);
            return condition instanceof ReplicaCondition.Waiting || condition instanceof ReplicaCondition.Serving;
        }

        boolean isInTouch(ReplicaId replica) {
            return led.report().inTouch().contains(replica) && !hasForgotten(replica);
        }
    }

    /**
     * What to do now.
     *
     * @param image as the controller has agreed on it
     * @param reports the last one of each process
     * @param nowMs on the clock of the reports
     */
    public HealingPlan plan(ClusterImage image, Collection<NodeReport> reports, long nowMs) {
        List<NodeReport> fresh = reports.stream()
                .filter(report -> nowMs - report.atMs() <= FRESH_MS)
                .filter(report -> isCurrent(report.self(), image))
                // Of two processes of a node the later one counts.
                .sorted(Comparator.comparingLong(NodeReport::atMs))
                .toList();
        List<HealingStep> steps = new ArrayList<>();
        List<String> sentences = new ArrayList<>();
        Led metadata = leader(GroupReport.METADATA, fresh);
        if (metadata != null) {
            GroupMembers wanted =
                    MetadataMembers.wanted(image, metadata.report().members());
            look(group(GroupReport.METADATA, wanted, metadata, fresh), nowMs, steps, sentences);
        }
        for (ShardImage shard : image.shards()) {
            if (!shard.isReplicated()) continue;
            Optional<HealingStep> reassign = reassign(shard, image);
            if (reassign.isPresent()) {
                once(shard.id(), reassign.get(), nowMs).ifPresent(steps::add);
                continue;
            }
            GroupMembers wanted = new GroupMembers(Set.copyOf(shard.replicas()), Set.of());
            look(group(shard.id(), wanted, leader(shard.id(), fresh), fresh), nowMs, steps, sentences);
        }
        return new HealingPlan(steps, sentences);
    }

    /** A directory that was replaced has nothing to say, whatever runs on it. */
    private static boolean isCurrent(ReplicaId replica, ClusterImage image) {
        NodeImage node = image.nodes().get(replica.node());
        return node != null && node.replica().equals(replica);
    }

    private static Optional<HealingStep> reassign(ShardImage shard, ClusterImage image) {
        for (ReplicaId replica : shard.replicas()) {
            NodeImage node = image.nodes().get(replica.node());
            if (node != null && node.member().former().contains(replica.directory()))
                return Optional.of(new HealingStep.Reassign(shard.id(), replica, node.replica()));
        }
        return Optional.empty();
    }

    private static Led leader(int group, List<NodeReport> reports) {
        return reports.stream()
                .flatMap(node -> node.led().stream()
                        .filter(report -> report.group() == group)
                        .map(report -> new Led(node.self(), report)))
                .max(Comparator.comparingLong(led -> led.report().term()))
                .orElse(null);
    }

    private static Group group(int id, GroupMembers wanted, Led led, List<NodeReport> reports) {
        Map<ReplicaId, ReplicaCondition> conditions = new HashMap<>();
        for (NodeReport report : reports) {
            ReplicaCondition condition = report.replicas().get(id);
            if (condition != null) conditions.put(report.self(), condition);
        }
        return new Group(id, wanted, led, conditions);
    }

    private void look(Group group, long nowMs, List<HealingStep> steps, List<String> sentences) {
        if (group.led() == null) {
            sentences.add("No leader of " + name(group.id())
                    + " answers: nothing of it can be healed before a majority of" + " its replicas is back.");
            return;
        }
        if (!group.led().report().changing()) {
            HealingStep next = next(group).orElse(null);
            if (next == null) asked.remove(group.id());
            else once(group.id(), next, nowMs).ifPresent(steps::add);
        }
        describe(group, sentences);
    }

    private static Optional<HealingStep> next(Group group) {
        return forgotten(group).or(() -> addition(group)).or(() -> removal(group));
    }

    /** A member that must not be one. */
    private static Optional<HealingStep> forgotten(Group group) {
        GroupMembers members = group.members();
        return sorted(members.voters(), members.listeners(), group::hasForgotten).stream()
                .map(replica -> change(
                        group,
                        members.without(replica),
                        name(replica) + " has lost what it promised, and is filled again"))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<HealingStep> addition(Group group) {
        GroupMembers members = group.members();
        for (ReplicaId replica : sorted(group.wanted().voters(), group.wanted().listeners(), group::couldJoin)) {
            boolean votes = group.wanted().voters().contains(replica);
            if (votes ? members.voters().contains(replica) : members.has(replica)) continue;
            Optional<HealingStep> change = change(
                    group,
                    votes ? members.withVoter(replica) : members.withListener(replica),
                    name(replica) + " has got its copy");
            if (change.isPresent()) return change;
        }
        // A listener has everything already.
        for (ReplicaId replica : sorted(group.wanted().voters(), members.listeners(), group::isInTouch)) {
            if (members.voters().contains(replica) || !group.wanted().voters().contains(replica)) continue;
            Optional<HealingStep> change =
                    change(group, members.withVoter(replica), name(replica) + " is to vote from now on");
            if (change.isPresent()) return change;
        }
        return Optional.empty();
    }

    private static Optional<HealingStep> removal(Group group) {
        GroupMembers members = group.members();
        GroupMembers wanted = group.wanted();
        for (ReplicaId replica : sorted(members.listeners(), members.listeners(), each -> !wanted.has(each))) {
            Optional<HealingStep> change =
                    change(group, members.without(replica), name(replica) + " is not wanted any more");
            if (change.isPresent()) return change;
        }
        if (!members.voters().containsAll(wanted.voters())) return Optional.empty();
        for (ReplicaId replica : sorted(
                members.voters(), members.voters(), each -> !wanted.voters().contains(each))) {
            boolean listens = wanted.listeners().contains(replica);
            Optional<HealingStep> change = change(
                    group,
                    listens ? members.withListener(replica) : members.without(replica),
                    name(replica) + (listens ? " only listens from now on" : " is replaced"));
            if (change.isPresent()) return change;
        }
        return Optional.empty();
    }

    /** Empty where too few are in touch: Raft would wait for them for ever. */
    private static Optional<HealingStep> change(Group group, GroupMembers next, String why) {
        Predicate<ReplicaId> takesPart = replica -> group.isInTouch(replica) || group.couldJoin(replica);
        boolean possible = !next.voters().isEmpty()
                && group.members().haveMajority(group::isInTouch)
                && next.haveMajority(takesPart);
        if (!possible) return Optional.empty();
        return Optional.of(new HealingStep.ChangeMembers(group.id(), group.led().leader(), group.members(), next, why));
    }

    private Optional<HealingStep> once(int group, HealingStep step, long nowMs) {
        Asked before = asked.get(group);
        if (before != null && before.step().equals(step) && nowMs - before.atMs() < AGAIN_MS) return Optional.empty();
        asked.put(group, new Asked(step, nowMs));
        return Optional.of(step);
    }

    /** A step was refused, or nobody could be asked: it may be given out again at once. */
    public void failed(HealingStep step) {
        asked.values().removeIf(each -> each.step().equals(step));
    }

    private static void describe(Group group, List<String> sentences) {
        for (ReplicaId replica : sorted(group.wanted().voters(), group.wanted().listeners(), each -> true)) {
            ReplicaCondition condition = group.conditions().get(replica);
            String of = "The replica of " + name(group.id()) + " on node " + replica.node();
            if (condition instanceof ReplicaCondition.Out out) {
                sentences.add(of + " does not run: " + out.why() + ".");
                if (group.members().has(replica)
                        && out.forgot()
                        && forgotten(group).isEmpty())
                    sentences.add(of + " can be filled only when a majority of the others answers.");
            } else if (condition instanceof ReplicaCondition.Copying copying) {
                sentences.add(
                        of + " is being copied: " + copying.doneBytes() + " of " + copying.totalBytes() + " bytes.");
            } else if (condition instanceof ReplicaCondition.Waiting) {
                sentences.add(of + " has its copy and becomes a member.");
            }
        }
    }

    private static List<ReplicaId> sorted(
            Collection<ReplicaId> some, Collection<ReplicaId> others, Predicate<ReplicaId> condition) {
        List<ReplicaId> all = new ArrayList<>(some);
        for (ReplicaId other : others) if (!all.contains(other)) all.add(other);
        return all.stream()
                .filter(condition)
                .sorted(Comparator.comparingInt(ReplicaId::node)
                        .thenComparing(replica -> replica.directory().toString()))
                .toList();
    }

    private static String name(int group) {
        return group == GroupReport.METADATA ? "the metadata" : "shard " + group;
    }

    private static String name(ReplicaId replica) {
        return "node " + replica.node() + " (directory " + replica.directory() + ")";
    }
}

package io.letterbox.cluster.birth;

import io.letterbox.cluster.BirthPhase;
import io.letterbox.cluster.BirthReport;
import io.letterbox.cluster.Founder;
import io.letterbox.cluster.NodeIdentity;
import io.letterbox.cluster.Sighting;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * How one node gets into a cluster. Owned by one thread; without I/O and clock.
 *
 * <p>The nodes of {@code cluster.initialNodes} begin a cluster together. Its id comes from their numbers and the ids of
 * their data directories, so each computes it for itself:
 *
 * <pre>
 * SEEKING ──► READY(id) ──► VOTED(id) ──► BORN(id)
 *         ◄──           │             │
 *    sees all of them,  │             └ has seen that all founders have voted
 *    and nothing wrong  └ sees that all others are ready for, or voted for, the same id
 * </pre>
 *
 * <p>A vote is on the disk before anybody hears of it, and is never taken back. So of two clusters that have a
 * directory in common at most one gets all votes, however old what a node has seen may be, whoever starts anew and
 * whichever disk is exchanged meanwhile. Readiness can be taken back: before all nodes see all others, nobody is bound.
 * What is left is a disk that is lost between the first vote and the last: then nothing is born, and it says so.
 */
public final class Birth {
    /** An older sighting says nothing about who is there. */
    public static final long FRESH_MS = 5_000;

    private final BirthSelf self;
    private final BirthCheck check;

    /** What the directory says; null if it belongs to no cluster. */
    private Membership membership;

    /** The founders that are known to have voted for the cluster that this node has voted for. */
    private final Set<Founder> votes = new HashSet<>();

    /** @param membership what is written in the data directory; null if nothing is */
    public Birth(BirthSelf self, Membership membership) {
        this.self = self;
        this.check = new BirthCheck(self);
        this.membership = membership;
    }

    /** What is in the data directory; null if nothing is. */
    public Membership membership() {
        return membership;
    }

    /** What {@link BirthStep#write} asked for is on the disk. */
    public void wrote(Membership written) {
        membership = written;
    }

    /**
     * Says what to do next.
     *
     * @param sightings the last answer from each address, whether old or new
     * @param nowMs the monotonic clock
     */
    public BirthStep step(Collection<Sighting> sightings, long nowMs) {
        List<Sighting> others = sightings.stream()
                .filter(seen -> !seen.probe().identity().equals(self.identity()))
                .toList();
        List<Sighting> fresh =
                others.stream().filter(seen -> nowMs - seen.atMs() <= FRESH_MS).toList();
        List<String> wrong = check.identities(fresh);
        if (membership == null) return alone(fresh, wrong);
        wrong.addAll(check.strangers(fresh, membership));
        wrong.addAll(check.members(fresh, membership.clusterId()));
        if (membership.phase().isMember()) return new BirthStep(membership.report(), null, wrong);
        return voted(others, fresh, wrong);
    }

    /** A vote counts however long ago it was seen: it cannot be taken back. */
    private BirthStep voted(List<Sighting> others, List<Sighting> fresh, List<String> wrong) {
        UUID cluster = membership.clusterId();
        for (Sighting seen : others) {
            BirthReport report = seen.probe().birth();
            if (!report.wants(cluster)) continue;
            if (report.phase().isMember()) votes.addAll(membership.founders());
            if (report.phase() == BirthPhase.VOTED)
                votes.add(founder(seen.probe().identity()));
        }
        votes.add(founder(self.identity()));
        if (votes.containsAll(membership.founders())) {
            Membership born = membership.born();
            return new BirthStep(born.report(), born, wrong);
        }
        List<Founder> missing = membership.founders().stream()
                .filter(founder -> !votes.contains(founder))
                .toList();
        List<String> sentences = new ArrayList<>(wrong);
        for (Founder founder : missing) sentences.add(missingVote(founder, fresh));
        return new BirthStep(membership.report(), null, sentences);
    }

    private String missingVote(Founder founder, List<Sighting> fresh) {
        for (Sighting seen : fresh) {
            NodeIdentity identity = seen.probe().identity();
            if (identity.node() == founder.node() && !founder.is(identity)) {
                return "The data directory of node " + founder.node() + " was exchanged while the cluster was being"
                        + " formed: it has the id " + identity.directoryId() + " instead of " + founder.directoryId()
                        + ". No cluster has begun, and nothing is stored yet. Bring the former directory back; or stop"
                        + " all nodes of cluster.initialNodes, delete their data directories and start them again.";
            }
        }
        return "Waits for node " + founder.node() + " to say that it belongs to the cluster that is being formed.";
    }

    private BirthStep alone(List<Sighting> fresh, List<String> wrong) {
        Set<UUID> clusters = fresh.stream()
                .map(seen -> seen.probe().birth())
                .filter(report -> report.phase().isMember())
                .map(BirthReport::clusterId)
                .collect(Collectors.toCollection(TreeSet::new));
        if (self.used()) {
            wrong.add("The data directory holds what a server has written that stood alone. A cluster begins with"
                    + " empty directories: give node.dataDir one that is empty.");
            return new BirthStep(new BirthReport(BirthPhase.USED, null, List.of()), null, wrong);
        }
        if (clusters.size() > 1) {
            wrong.add("The nodes that answer belong to several clusters, " + clusters
                    + ". cluster.seeds has to name nodes of one of them.");
            return seeking(wrong);
        }
        if (clusters.size() == 1) return join(clusters.iterator().next(), fresh, wrong);
        if (!self.isFounder()) {
            wrong.add("Waits for a node of a cluster to join: none of cluster.seeds has answered that belongs to one.");
            return seeking(wrong);
        }
        wrong.addAll(check.founders(fresh));
        if (!wrong.isEmpty()) return seeking(wrong);
        return ready(fresh);
    }

    /** All founders are there, and nothing is wrong. */
    private BirthStep ready(List<Sighting> fresh) {
        Set<Founder> founders = new TreeSet<>();
        founders.add(founder(self.identity()));
        List<Sighting> seen = fresh.stream()
                .filter(each -> self.initialNodes().contains(each.probe().node()))
                .toList();
        for (Sighting each : seen) founders.add(founder(each.probe().identity()));
        UUID cluster = Membership.clusterId(List.copyOf(founders));
        BirthReport report = new BirthReport(BirthPhase.READY, cluster, List.copyOf(founders));
        List<Integer> waiting = seen.stream()
                .filter(each -> !each.probe().birth().wants(cluster))
                .map(each -> each.probe().node())
                .distinct()
                .sorted()
                .toList();
        if (waiting.isEmpty()) {
            Membership vote =
                    new Membership(BirthPhase.VOTED, cluster, self.identity().node(), List.copyOf(founders));
            return new BirthStep(vote.report(), vote, List.of());
        }
        List<String> bound = check.bound(seen, cluster);
        String wait = "Waits until nodes " + waiting + " see all others, too; they say for whom they wait.";
        return new BirthStep(report, null, bound.isEmpty() ? List.of(wait) : bound);
    }

    private BirthStep join(UUID cluster, List<Sighting> fresh, List<String> wrong) {
        List<Founder> founders = fresh.stream()
                .map(seen -> seen.probe().birth())
                .filter(report -> report.phase().isMember() && report.wants(cluster))
                .findFirst()
                .orElseThrow()
                .founders();
        if (founders.contains(founder(self.identity()))) {
            wrong.add("The cluster " + cluster + " began with this data directory, which does not know it any more: a"
                    + " file is missing there. Restore it, or give node.dataDir an empty directory; then it is filled"
                    + " again.");
        }
        wrong.addAll(check.members(fresh, cluster));
        if (!wrong.isEmpty()) return seeking(wrong);
        Membership joined =
                new Membership(BirthPhase.JOINED, cluster, self.identity().node(), founders);
        return new BirthStep(joined.report(), joined, wrong);
    }

    private static BirthStep seeking(List<String> sentences) {
        return new BirthStep(BirthReport.SEEKING, null, sentences);
    }

    private static Founder founder(NodeIdentity identity) {
        return new Founder(identity.node(), identity.directoryId());
    }
}

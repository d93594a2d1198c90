package io.letterbox.cluster.birth;

import io.letterbox.cluster.BirthPhase;
import io.letterbox.cluster.BirthReport;
import io.letterbox.cluster.NodeIdentity;
import io.letterbox.cluster.Probe;
import io.letterbox.cluster.Sighting;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What can be wrong between the nodes of a cluster, in words, each with what would be right. */
final class BirthCheck {
    /** Clocks that are further apart begin no cluster: records would get times that are wrong for good. */
    static final long MAX_APART_MS = 60_000;

    private final BirthSelf self;

    BirthCheck(BirthSelf self) {
        this.self = self;
    }

    /** Two nodes with one number, and two directories with one id. */
    List<String> identities(List<Sighting> fresh) {
        List<String> wrong = new ArrayList<>();
        NodeIdentity own = self.identity();
        for (int index = 0; index < fresh.size(); index++) {
            Sighting seen = fresh.get(index);
            NodeIdentity identity = seen.probe().identity();
            if (identity.node() == own.node()) {
                wrong.add("Another process, at " + seen.address().authority() + ", says that it is node " + own.node()
                        + ", too. Each node needs a node.id of its own; and an earlier process of this node has to end"
                        + " before the next one begins.");
            } else if (identity.directoryId().equals(own.directoryId())) {
                wrong.add(copied(seen, own.node()));
            }
            for (Sighting later : fresh.subList(index + 1, fresh.size())) {
                NodeIdentity other = later.probe().identity();
                if (other.equals(identity)) continue;
                if (other.node() == identity.node()) {
                    wrong.add("Two processes, at " + seen.address().authority() + " and "
                            + later.address().authority() + ", say that they are node " + identity.node()
                            + ". Each node needs a node.id of its own.");
                } else if (other.directoryId().equals(identity.directoryId())) {
                    wrong.add(copied(later, identity.node()));
                }
            }
        }
        return wrong;
    }

    private static String copied(Sighting seen, int other) {
        return "Node " + seen.probe().node() + " at " + seen.address().authority() + " has a copy of the data directory"
                + " of node " + other + ". Each node needs a directory of its own, which begins empty.";
    }

    /** Nodes that belong to another cluster than this one does. */
    List<String> strangers(List<Sighting> fresh, Membership membership) {
        List<String> wrong = new ArrayList<>();
        for (Sighting seen : fresh) {
            Probe probe = seen.probe();
            boolean elsewhere =
                    probe.birth().phase().isMember() || probe.birth().phase() == BirthPhase.VOTED;
            if (!elsewhere || probe.birth().wants(membership.clusterId())) continue;
            wrong.add(name(seen) + " belongs to another cluster, "
                    + probe.birth().clusterId() + " instead of "
                    + membership.clusterId() + ". If it should be part of this one, it needs an empty data directory;"
                    + " otherwise it must not be in cluster.seeds.");
        }
        return wrong;
    }

    /** What keeps the nodes of {@code cluster.initialNodes} from beginning a cluster. */
    List<String> founders(List<Sighting> fresh) {
        List<String> wrong = new ArrayList<>();
        List<Integer> missing = new ArrayList<>(self.initialNodes());
        missing.remove(Integer.valueOf(self.identity().node()));
        for (Sighting seen : fresh) {
            Probe probe = seen.probe();
            missing.remove(Integer.valueOf(probe.node()));
            boolean founder = self.initialNodes().contains(probe.node());
            boolean otherwise = !probe.initialNodes().equals(self.initialNodes());
            if (otherwise && (founder || probe.initialNodes().contains(probe.node()))) {
                wrong.add(name(seen) + " has cluster.initialNodes " + probe.initialNodes() + ", and this node has "
                        + self.initialNodes() + ". All nodes that begin a cluster need the same list.");
            }
            if (founder) wrong.addAll(founder(seen));
        }
        if (!missing.isEmpty()) {
            wrong.add("Waits for nodes " + missing + ": no process that answers at cluster.seeds says that it is one of"
                    + " them. They have to run, with cluster.enabled, and be reachable at their cluster.port.");
        }
        return wrong;
    }

    /** Founders that have voted for a cluster of other directories, and so cannot vote for this one. */
    List<String> bound(List<Sighting> founders, UUID cluster) {
        return founders.stream()
                .filter(seen -> seen.probe().birth().phase() == BirthPhase.VOTED
                        && !seen.probe().birth().wants(cluster))
                .map(seen -> name(seen) + " takes part in the forming of a cluster with other data directories than"
                        + " the nodes have now. It says which one was exchanged.")
                .toList();
    }

    private static List<String> founder(Sighting seen) {
        List<String> wrong = new ArrayList<>();
        if (seen.probe().birth().phase() == BirthPhase.USED) {
            wrong.add("The data directory of " + name(seen) + " is not empty: a server has written there that stood"
                    + " alone. A cluster begins with empty directories on all nodes.");
        }
        wrong.addAll(circumstances(seen));
        return wrong;
    }

    /** Clocks and ports of nodes that are members of the cluster that this node is in or joins. */
    List<String> members(List<Sighting> fresh, UUID cluster) {
        List<String> wrong = new ArrayList<>();
        for (Sighting seen : fresh) {
            BirthReport report = seen.probe().birth();
            if (report.phase().isMember() && report.wants(cluster)) wrong.addAll(circumstances(seen));
        }
        return wrong;
    }

    private static List<String> circumstances(Sighting seen) {
        List<String> wrong = new ArrayList<>();
        if (Math.abs(seen.aheadMs()) > MAX_APART_MS) {
            wrong.add("The clock of " + name(seen) + " is " + Math.abs(seen.aheadMs()) / 1000 + " seconds "
                    + (seen.aheadMs() > 0 ? "ahead of" : "behind") + " this node's. Set the clocks, as by NTP; they may"
                    + " be " + MAX_APART_MS / 1000 + " seconds apart.");
        }
        seen.closed()
                .forEach(port -> wrong.add(name(seen) + " cannot be connected to at " + port.authority()
                        + ". Nodes need all four ports of each other: is there a firewall in between, or another"
                        + " cluster.advertisedHost needed?"));
        return wrong;
    }

    private static String name(Sighting seen) {
        return "Node " + seen.probe().node() + " at " + seen.address().authority();
    }
}

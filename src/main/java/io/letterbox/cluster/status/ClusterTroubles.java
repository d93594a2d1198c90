package io.letterbox.cluster.status;

import io.letterbox.bus.ClusterStatus;
import io.letterbox.bus.ClusterStatus.ReplicaState;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.ReplicaId;
import io.letterbox.metadata.ShardImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is wrong with a cluster, in sentences that say what follows from it, and what helps where somebody can do
 * something. Pure.
 */
final class ClusterTroubles {
    /** Clocks that are further apart are told of: records of one topic get times that go to and fro. */
    static final long MAX_APART_MS = 2_000;

    private ClusterTroubles() {}

    static List<String> of(
            ClusterImage image, ClusterReports reports, ClusterStatus status, Map<Integer, Long> clocksAheadMs) {
        List<String> problems = new ArrayList<>();
        for (ClusterStatus.Node node : status.nodes()) ofNode(node, problems);
        if (status.controller() == ClusterStatus.NOBODY) {
            problems.add("No node decides on changes of the metadata: topics and settings cannot be changed until a"
                    + " majority of those that vote on them is there.");
        }
        for (ClusterStatus.Shard shard : status.shards()) ofShard(shard, problems);
        ofSilent(status.shards(), problems);
        if (status.shards().isEmpty()) problems.add("The cluster has no shards yet: its controller makes them.");
        ofVoters(image, reports, problems);
        ofClocks(clocksAheadMs, problems);
        ofVersions(image, problems);
        new TreeMap<>(reports.answers()).forEach((node, report) -> report.troubles()
                .forEach(trouble -> problems.add("Node " + node + " says: " + trouble)));
        return problems;
    }

    private static void ofNode(ClusterStatus.Node node, List<String> problems) {
        String why = node.reason().isEmpty() ? "" : ": " + node.reason();
        if (!node.reachable()) problems.add("Node " + node.id() + " does not answer" + why + ".");
        else if (!node.ready()) problems.add("Node " + node.id() + " is not ready" + why + end(why));
    }

    /** A reason may be a sentence of its own. */
    private static String end(String text) {
        return text.endsWith(".") ? "" : ".";
    }

    private static void ofShard(ClusterStatus.Shard shard, List<String> problems) {
        String name = "Shard " + shard.id();
        int replicas = shard.replicas().size();
        if (shard.leader() == ClusterStatus.NOBODY) {
            problems.add(name + " has no leader: its partitions can be read and not written until " + majority(replicas)
                    + " of its " + replicas + " replicas are there.");
            return;
        }
        for (ClusterStatus.Replica replica : shard.replicas()) ofReplica(shard, replica, problems);
        boolean leads = shard.replicas().stream().anyMatch(replica -> replica.state() == ReplicaState.LEADING);
        if (leads && shard.inSync() < shard.minInSync()) {
            problems.add(name + " has " + shard.inSync() + " of " + replicas + " replicas in sync, and its topics"
                    + " demand " + shard.minInSync() + " (min.insync.replicas): publishing to those is refused until"
                    + " then.");
        }
    }

    private static int majority(int replicas) {
        return replicas / 2 + 1;
    }

    private static void ofReplica(ClusterStatus.Shard shard, ClusterStatus.Replica replica, List<String> problems) {
        String name = "The replica of shard " + shard.id() + " on node " + replica.node();
        switch (replica.state()) {
            case BEHIND -> problems.add(name + " is behind, " + lag(replica) + ".");
            case COPYING -> problems.add(name + " is being copied, and counts when that is done.");
            case CLOSED -> problems.add(name + " is not open; the log of that node says why.");
            default -> {}
        }
    }

    /** One sentence for each node, because as a rule it is the node that is away. */
    private static void ofSilent(List<ClusterStatus.Shard> shards, List<String> problems) {
        Map<Integer, List<String>> silent = new TreeMap<>();
        for (ClusterStatus.Shard shard : shards) {
            for (ClusterStatus.Replica replica : shard.replicas()) {
                if (shard.leader() == ClusterStatus.NOBODY || replica.state() != ReplicaState.SILENT) continue;
                silent.computeIfAbsent(replica.node(), none -> new ArrayList<>())
                        .add(Integer.toString(shard.id()));
            }
        }
        silent.forEach((node, ids) -> problems.add("The leaders of shards " + String.join(", ", ids)
                + " hear nothing of their replicas on node " + node + "."));
    }

    private static String lag(ClusterStatus.Replica replica) {
        String entries = replica.lagEntries() + (replica.lagEntries() == 1 ? " entry" : " entries");
        if (replica.lagMs() == ClusterStatus.UNKNOWN) return entries + " since its leader began";
        return entries + " and " + (replica.lagMs() + 500) / 1000 + " s";
    }

    /** Former directories of nodes that still vote, and replicas that should vote and do not. */
    private static void ofVoters(ClusterImage image, ClusterReports reports, List<String> problems) {
        ReplicaReport metadata = reports.leader(ReplicaReport.METADATA);
        if (metadata != null) ofFormer(metadata, image, problems);
        for (ShardImage shard : image.shards()) {
            ReplicaReport leader = reports.leader(shard.id());
            if (leader == null) continue;
            ofFormer(leader, image, problems);
            for (ReplicaId replica : shard.replicas()) {
                if (leader.voters().contains(replica)) continue;
                problems.add("The replica of shard " + shard.id() + " on node " + replica.node()
                        + " is not a voter yet, and does not count.");
            }
        }
    }

    private static void ofFormer(ReplicaReport leader, ClusterImage image, List<String> problems) {
        for (ReplicaId voter : leader.voters()) {
            NodeImage node = image.nodes().get(voter.node());
            if (node == null || node.replica().equals(voter)) continue;
            problems.add("A former data directory of node " + voter.node() + ", " + voter.directory()
                    + ", is still counted as a voter of " + ReplicaReport.name(leader.shard()) + ".");
        }
    }

    private static void ofClocks(Map<Integer, Long> clocksAheadMs, List<String> problems) {
        new TreeMap<>(clocksAheadMs).forEach((node, aheadMs) -> {
            if (Math.abs(aheadMs) <= MAX_APART_MS) return;
            problems.add("The clock of node " + node + " is " + Math.abs(aheadMs) / 1000 + " s "
                    + (aheadMs > 0 ? "ahead of" : "behind") + " the one of the node that was asked. Set the clocks, as"
                    + " by NTP.");
        });
    }

    private static void ofVersions(ClusterImage image, List<String> problems) {
        TreeSet<String> versions = new TreeSet<>();
        for (NodeImage node : image.nodes().values()) versions.add(node.member().version());
        if (versions.size() > 1) {
            problems.add("The nodes run different versions, " + String.join(" and ", versions)
                    + ". That is right only while they are being upgraded.");
        }
    }
}

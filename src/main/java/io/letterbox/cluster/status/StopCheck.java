package io.letterbox.cluster.status;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.ReplicaId;
import io.letterbox.metadata.ShardImage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Whether a node may be stopped: whether every group that it has a replica of keeps a majority, and every shard what
 * its topics demand. Only replicas count whose nodes have answered and are ready, and which have everything as the
 * leader sees it; where nobody knows, the answer is no. Pure; one for each question.
 */
public final class StopCheck {
    private final ClusterReports reports;
    private final int node;
    private final List<String> reasons = new ArrayList<>();

    private StopCheck(ClusterReports reports, int node) {
        this.reports = reports;
        this.node = node;
    }

    /** Why not, in sentences; empty if the node may be stopped. */
    public static List<String> reasons(ClusterImage image, ClusterReports reports, int node) {
        StopCheck check = new StopCheck(reports, node);
        check.metadata();
        Map<Integer, Integer> demanded = MinInSync.byShard(image);
        for (ShardImage shard : image.shards()) check.shard(shard, demanded.getOrDefault(shard.id(), 0));
        return List.copyOf(check.reasons);
    }

    private void metadata() {
        ReplicaReport leader = reports.leader(ReplicaReport.METADATA);
        if (leader == null) {
            reasons.add("No node that answers decides on changes of the metadata.");
            return;
        }
        List<Integer> voters =
                leader.voters().stream().map(ReplicaId::node).distinct().toList();
        if (voters.contains(node)) group(leader, voters, 0);
    }

    private void shard(ShardImage shard, int demanded) {
        if (!shard.nodes().contains(node)) return;
        ReplicaReport leader = reports.leader(shard.id());
        if (leader == null) {
            reasons.add("No node that answers leads shard " + shard.id() + ", so nobody knows which replicas have"
                    + " everything.");
        } else {
            group(leader, shard.nodes(), demanded);
        }
    }

    private void group(ReplicaReport leader, Collection<Integer> members, int demanded) {
        TreeSet<Integer> left = new TreeSet<>();
        for (int member : members) {
            NodeReport report = reports.answers().get(member);
            // Who is not ready may be stopping itself.
            boolean stays = member != node && report != null && report.ready();
            if (stays && hasAll(leader, member)) left.add(member);
        }
        int majority = members.size() / 2 + 1;
        int needed = Math.max(majority, demanded);
        if (left.size() >= needed) return;
        reasons.add("Without node " + node + ", " + left.size() + " of the " + members.size() + " replicas of "
                + ReplicaReport.name(leader.shard()) + " are left that have everything"
                + (left.isEmpty() ? "" : ", on nodes " + left) + "; " + needed + " are needed"
                + (demanded > majority ? " by its topics (min.insync.replicas)." : " as a majority."));
    }

    private static boolean hasAll(ReplicaReport leader, int member) {
        if (leader.leader() == member) return true;
        FollowerReport follower = leader.follower(member);
        return follower != null && follower.isCaughtUp();
    }
}

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

/** Puts the reports of all nodes together. Pure. */
public final class ClusterPicture {
    private ClusterPicture() {}

    /**
     * The cluster as the reports have it.
     *
     * @param image who there should be
     * @param clocksAheadMs by node, how far its clock is ahead of the clock of the node that asks
     */
    public static ClusterStatus of(ClusterImage image, ClusterReports reports, Map<Integer, Long> clocksAheadMs) {
        Map<Integer, Integer> demanded = MinInSync.byShard(image);
        List<ClusterStatus.Shard> shards = new ArrayList<>();
        for (ShardImage shard : image.shards()) shards.add(shard(shard, demanded.getOrDefault(shard.id(), 1), reports));
        List<ClusterStatus.Node> nodes = new ArrayList<>();
        for (NodeImage node : new TreeMap<>(image.nodes()).values()) nodes.add(node(node.id(), shards, reports));
        ReplicaReport controller = reports.newest(ReplicaReport.METADATA);
        ClusterStatus status = new ClusterStatus(
                controller == null ? ClusterStatus.NOBODY : controller.leader(), nodes, shards, List.of());
        List<String> problems = ClusterTroubles.of(image, reports, status, clocksAheadMs);
        return new ClusterStatus(status.controller(), nodes, shards, problems);
    }

    private static ClusterStatus.Node node(int id, List<ClusterStatus.Shard> shards, ClusterReports reports) {
        int leaders = 0;
        int replicas = 0;
        for (ClusterStatus.Shard shard : shards) {
            if (shard.leader() == id) leaders++;
            if (shard.replicas().stream().anyMatch(replica -> replica.node() == id)) replicas++;
        }
        NodeReport report = reports.answers().get(id);
        if (report == null) {
            String why = reports.silent().getOrDefault(id, "it was not asked");
            long unknown = ClusterStatus.UNKNOWN;
            return new ClusterStatus.Node(id, false, false, why, unknown, unknown, unknown, leaders, replicas);
        }
        return new ClusterStatus.Node(
                id,
                true,
                report.ready(),
                report.reason(),
                report.startedMs(),
                report.diskFreeBytes(),
                report.diskReserveBytes(),
                leaders,
                replicas);
    }

    private static ClusterStatus.Shard shard(ShardImage shard, int demanded, ClusterReports reports) {
        ReplicaReport leader = reports.leader(shard.id());
        ReplicaReport newest = reports.newest(shard.id());
        List<ClusterStatus.Replica> replicas = new ArrayList<>();
        for (ReplicaId replica : shard.replicas()) replicas.add(replica(shard.id(), replica.node(), leader, reports));
        return new ClusterStatus.Shard(
                shard.id(),
                newest == null ? ClusterStatus.NOBODY : newest.leader(),
                newest == null ? 0 : newest.term(),
                demanded,
                replicas);
    }

    private static ClusterStatus.Replica replica(int shard, int node, ReplicaReport leader, ClusterReports reports) {
        NodeReport report = reports.answers().get(node);
        ReplicaReport own = report == null ? null : report.replica(shard);
        FollowerReport follower = leader == null ? null : leader.follower(node);
        long lagEntries = follower == null ? ClusterStatus.UNKNOWN : follower.lagEntries();
        long lagMs = follower == null ? ClusterStatus.UNKNOWN : follower.lagMs();
        if (leader != null && leader.leader() == node) {
            return new ClusterStatus.Replica(node, ReplicaState.LEADING, 0, 0);
        }
        return new ClusterStatus.Replica(node, state(report, own, leader, follower), lagEntries, lagMs);
    }

    private static ReplicaState state(
            NodeReport report, ReplicaReport own, ReplicaReport leader, FollowerReport follower) {
        if (own != null && own.copying()) return ReplicaState.COPYING;
        if (report != null && own == null) return ReplicaState.CLOSED;
        if (leader == null) return ReplicaState.UNKNOWN;
        if (follower == null || follower.isSilent()) return ReplicaState.SILENT;
        return follower.isCaughtUp() ? ReplicaState.IN_SYNC : ReplicaState.BEHIND;
    }
}

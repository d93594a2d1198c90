package io.letterbox.cluster.status;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.MemberImage;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.ReplicaId;
import io.letterbox.metadata.ShardImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Clusters of three nodes, of which each leads the shard before its number, and what they report. */
final class TestReports {
    static final List<Integer> NODES = List.of(1, 2, 3);
    static final FollowerReport WELL = new FollowerReport(0, 0, 0, 20);
    static final FollowerReport BEHIND = new FollowerReport(0, 120, 14_500, 20);
    static final FollowerReport SILENT = new FollowerReport(0, 120, 14_500, 9_000);
    static final FollowerReport NEW = new FollowerReport(0, 120, FollowerLag.UNKNOWN, 20);

    private TestReports() {}

    static ReplicaId id(int node) {
        return new ReplicaId(node, new UUID(node, 1));
    }

    static List<ReplicaId> ids(List<Integer> nodes) {
        return nodes.stream().map(TestReports::id).toList();
    }

    /** With shards 0, 1 and 2, and a topic in each of them. */
    static ClusterImage image(int minInSync) {
        List<ShardImage> shards = List.of(
                new ShardImage(0, ids(List.of(1, 2, 3)), 0),
                new ShardImage(1, ids(List.of(2, 3, 1)), 0),
                new ShardImage(2, ids(List.of(3, 1, 2)), 0));
        return image(minInSync, shards);
    }

    static ClusterImage image(int minInSync, List<ShardImage> shards) {
        Map<Integer, NodeImage> nodes = new HashMap<>();
        for (int node : NODES) nodes.put(node, node(node, "1.0"));
        return new ClusterImage(
                7, "c", nodes, shards, topics(minInSync, shards), Map.of(), Collections.emptySortedMap());
    }

    static NodeImage node(int node, String version) {
        Endpoint at = new Endpoint("node" + node, 7400);
        MemberImage member = new MemberImage(new UUID(node, 1), "rack-" + node, version, at, at, at, List.of());
        return new NodeImage(node, new Endpoint("node" + node, 8080), Endpoint.NONE, false, 1, member);
    }

    private static TreeMap<String, TopicImage> topics(int minInSync, List<ShardImage> shards) {
        List<PartitionImage> partitions = new ArrayList<>();
        for (ShardImage shard : shards)
            partitions.add(new PartitionImage(shard.id(), -1, 0, shard.nodes(), shard.nodes()));
        TopicConfig config = new TopicConfig(Map.of("min.insync.replicas", Integer.toString(minInSync)));
        TreeMap<String, TopicImage> topics = new TreeMap<>();
        topics.put("t", new TopicImage("t", new UUID(9, 9), partitions, config));
        return topics;
    }

    /** What a leader says. */
    static ReplicaReport leading(int shard, int node, Map<Integer, FollowerReport> followers) {
        List<FollowerReport> reports = new ArrayList<>();
        for (int other : NODES) {
            FollowerReport like = followers.getOrDefault(other, WELL);
            if (other != node) reports.add(new FollowerReport(other, like.lagEntries(), like.lagMs(), like.silentMs()));
        }
        return new ReplicaReport(shard, node, 4, 100, 100, false, ids(NODES), reports);
    }

    static ReplicaReport following(int shard, int leader) {
        return new ReplicaReport(shard, leader, 4, 100, 100, false, ids(NODES), List.of());
    }

    static NodeReport node(int node, List<ReplicaReport> replicas) {
        return new NodeReport(node, true, "", 1_000, 5_000, 1_000, replicas, List.of());
    }

    /**
     * All is well but for some replicas. The controller is node 1, and node n leads shard n - 1.
     *
     * @param followers by node, how all leaders see its replicas
     */
    static ClusterReports reports(Map<Integer, FollowerReport> followers) {
        Map<Integer, NodeReport> answers = new HashMap<>();
        for (int node : NODES) {
            List<ReplicaReport> replicas = new ArrayList<>();
            for (int shard = ReplicaReport.METADATA; shard < NODES.size(); shard++) {
                int leader = Math.max(1, shard + 1);
                replicas.add(leader == node ? leading(shard, node, followers) : following(shard, leader));
            }
            answers.put(node, node(node, replicas));
        }
        return new ClusterReports(answers, Map.of());
    }

    /** The same where a node does not answer. */
    static ClusterReports without(int node, ClusterReports reports) {
        Map<Integer, NodeReport> answers = new HashMap<>(reports.answers());
        answers.remove(node);
        return new ClusterReports(answers, Map.of(node, "it cannot be reached"));
    }

    /** The same where a node says something else. */
    static ClusterReports with(NodeReport report, ClusterReports reports) {
        Map<Integer, NodeReport> answers = new HashMap<>(reports.answers());
        answers.put(report.node(), report);
        return new ClusterReports(answers, reports.silent());
    }
}

package io.letterbox.metadata;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Puts who leads which shard over an image that was agreed on, so that doors see both in one. What has not changed
 * since the last image stays the same object: of the topics, only those are made anew that were changed or have a
 * partition in a shard with news. Used by one thread.
 */
public final class LeaderOverlay {
    private ClusterImage agreed;
    private Map<Integer, ShardLeader> leaders = Map.of();
    private Set<Integer> absent = Set.of();
    private ClusterImage shown;

    /**
     * The image with leaders, leader epochs and in-sync replicas as they are known now. Partitions of shards of which
     * nothing is known stay as they were agreed on, as all do on a node that stands alone.
     *
     * @param newest what was agreed on
     * @param known the leaders by shard
     * @param gone the nodes that nobody reaches, which are shown as fenced
     */
    public ClusterImage show(ClusterImage newest, Map<Integer, ShardLeader> known, Set<Integer> gone) {
        if (known.isEmpty()) {
            shown = newest;
        } else if (shown == null || newest != agreed || !known.equals(leaders) || !gone.equals(absent)) {
            shown = newest.withLeaders(topics(newest, known), nodes(newest, gone));
        }
        agreed = newest;
        leaders = Map.copyOf(known);
        absent = Set.copyOf(gone);
        return shown;
    }

    private static Map<Integer, NodeImage> nodes(ClusterImage newest, Set<Integer> gone) {
        if (gone.isEmpty()) return newest.nodes();
        Map<Integer, NodeImage> nodes = new TreeMap<>(newest.nodes());
        nodes.replaceAll((id, node) -> gone.contains(id) ? node.asFenced() : node);
        return Collections.unmodifiableMap(nodes);
    }

    private SortedMap<String, TopicImage> topics(ClusterImage newest, Map<Integer, ShardLeader> known) {
        Map<Integer, ShardImage> shards = new HashMap<>();
        for (ShardImage shard : newest.shards()) shards.put(shard.id(), shard);
        Set<Integer> news = new HashSet<>();
        for (ShardImage shard : newest.shards()) {
            ShardLeader now = known.get(shard.id());
            if (now == null ? leaders.containsKey(shard.id()) : !now.equals(leaders.get(shard.id())))
                news.add(shard.id());
        }
        boolean sameShards = agreed != null && newest.shards().equals(agreed.shards());
        SortedMap<String, TopicImage> led = new TreeMap<>();
        newest.topics().forEach((name, topic) -> {
            boolean same = sameShards && agreed.topics().get(name) == topic && !hasAny(topic, news);
            led.put(name, same ? shown.topics().get(name) : led(topic, shards, known));
        });
        return Collections.unmodifiableSortedMap(led);
    }

    private static boolean hasAny(TopicImage topic, Set<Integer> shards) {
        if (shards.isEmpty()) return false;
        for (PartitionImage partition : topic.partitions()) if (shards.contains(partition.shard())) return true;
        return false;
    }

    private static TopicImage led(TopicImage topic, Map<Integer, ShardImage> shards, Map<Integer, ShardLeader> known) {
        List<PartitionImage> partitions = new ArrayList<>(topic.partitions().size());
        for (PartitionImage partition : topic.partitions()) {
            ShardImage shard = shards.get(partition.shard());
            ShardLeader leader = known.get(partition.shard());
            partitions.add(shard == null || leader == null ? partition : partition.ledBy(shard, leader));
        }
        return topic.withStates(List.copyOf(partitions));
    }
}

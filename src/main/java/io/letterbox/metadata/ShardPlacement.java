package io.letterbox.metadata;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Chooses shards for the partitions of topics. A topic's partitions go to different shards while there are shards with
 * fewer of them; among these, to the one with the fewest partitions of all topics, then to that of the lowest number.
 *
 * <p>The metadata log holds commands and not what came of them, and a partition's files lie in the directory of its
 * shard: a changed rule needs new numbers for the commands that use it, and the old rule has to stay for commands that
 * are in logs already.
 */
final class ShardPlacement {
    private final List<Load> loads = new ArrayList<>();
    private final Map<Integer, Load> byShard = new HashMap<>();

    /** The partitions of one shard. */
    private static final class Load {
        private final ShardImage shard;
        private int all;
        private int ofTopic;

        Load(ShardImage shard) {
            this.shard = shard;
        }
    }

    /**
     * @param shards the shards to choose from, in order of their numbers; not empty
     * @param topics the topics whose partitions are placed already
     */
    ShardPlacement(List<ShardImage> shards, Collection<TopicImage> topics) {
        for (ShardImage shard : shards) {
            Load load = new Load(shard);
            loads.add(load);
            byShard.put(shard.id(), load);
        }
        for (TopicImage topic : topics) {
            for (PartitionImage partition : topic.partitions()) {
                Load load = byShard.get(partition.shard());
                if (load != null) load.all++;
            }
        }
    }

    /** Begins choosing for one topic, which has these partitions already. */
    void beginTopic(List<PartitionImage> before) {
        for (Load load : loads) load.ofTopic = 0;
        for (PartitionImage partition : before) {
            Load load = byShard.get(partition.shard());
            if (load != null) load.ofTopic++;
        }
    }

    /** The shard of the topic's next partition. */
    ShardImage next() {
        Load best = loads.get(0);
        for (Load load : loads) {
            boolean fewer = load.ofTopic < best.ofTopic || load.ofTopic == best.ofTopic && load.all < best.all;
            if (fewer) best = load;
        }
        best.all++;
        best.ofTopic++;
        return best.shard;
    }
}

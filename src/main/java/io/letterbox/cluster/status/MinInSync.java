package io.letterbox.cluster.status;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicImage;
import java.util.HashMap;
import java.util.Map;

/** How many replicas in sync the topics of each shard demand. Pure. */
public final class MinInSync {
    private MinInSync() {}

    /** The most that a topic with a partition there demands, by shard; shards without partitions are not in it. */
    public static Map<Integer, Integer> byShard(ClusterImage image) {
        Map<Integer, Integer> demanded = new HashMap<>();
        for (TopicImage topic : image.topics().values()) {
            int demands = topic.config().minInsyncReplicas();
            for (PartitionImage partition : topic.partitions()) {
                demanded.merge(partition.shard(), demands, Math::max);
            }
        }
        return demanded;
    }
}

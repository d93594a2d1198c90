package io.letterbox.cluster.placement;

import io.letterbox.metadata.ShardImage;
import java.util.Set;

/**
 * A shard as the node sees it that leads it.
 *
 * @param ready the nodes whose replicas could lead it at once: they have answered lately and lack next to nothing, and
 *     are not about to stop; with or without the leader's own
 */
public record LedShard(ShardImage shard, Set<Integer> ready) {
    public LedShard {
        ready = Set.copyOf(ready);
    }
}

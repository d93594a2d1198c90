package io.letterbox.cluster;

import io.letterbox.metadata.ShardLeader;

/**
 * Who leads a shard, as one node tells another. Hints may be late: whoever is asked wrongly says so.
 *
 * @param leader never {@link ShardLeader#NOBODY}: a node that is cut off believes that for longer than it is true
 */
public record LeaderHint(int shard, ShardLeader leader) {}

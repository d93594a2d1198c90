package io.letterbox.metadata;

import java.util.List;

/**
 * Who leads a shard, as a node has learnt it: leaders are elected by the shard's replicas and not agreed on in the
 * metadata log, so two nodes may believe different things for a while. The greater term is the newer one.
 *
 * @param node the leading node's id, or {@link #NOBODY}
 * @param term the term of the shard's replicated log in which it leads, or in which the last one did; 0 or more
 * @param isr the nodes whose replicas are in sync as the leader sees it, itself among them; empty while nobody says
 */
public record ShardLeader(int node, long term, List<Integer> isr) {
    /** In place of a node while an election goes on. */
    public static final int NOBODY = -1;

    public ShardLeader {
        isr = List.copyOf(isr);
    }
}

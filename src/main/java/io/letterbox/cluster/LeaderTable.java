package io.letterbox.cluster;

import io.letterbox.metadata.ShardLeader;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who leads which shard, of all that was heard: the greatest term counts, so what is heard late or twice does no harm.
 * Owned by one thread; without I/O.
 */
final class LeaderTable {
    private final Map<Integer, ShardLeader> leaders = new HashMap<>();

    /** What is known now; immutable. */
    Map<Integer, ShardLeader> leaders() {
        return Map.copyOf(leaders);
    }

    /**
     * Takes what this node's own replica of a shard knows.
     *
     * @return whether anything has changed
     */
    boolean local(int shard, ShardLeader leader) {
        ShardLeader before = leaders.get(shard);
        boolean newer = before == null || leader.term() > before.term();
        boolean same = !newer && leader.term() == before.term() && leader.node() != ShardLeader.NOBODY;
        if (!newer && !same || leader.equals(before)) return false;
        // A follower knows its leader, and not who is in sync: what the leader has told stays.
        if (same && leader.node() == before.node() && leader.isr().isEmpty()) return false;
        leaders.put(shard, leader);
        return true;
    }

    /**
     * Takes what another node has told.
     *
     * @return whether anything has changed
     */
    boolean hinted(int from, List<LeaderHint> hints) {
        boolean changed = false;
        for (LeaderHint hint : hints) changed |= hinted(from, hint.shard(), hint.leader());
        return changed;
    }

    /** Within a term there is one leader, and what changes is who is in sync: only the leader itself knows that. */
    private boolean hinted(int from, int shard, ShardLeader leader) {
        if (leader.node() == ShardLeader.NOBODY) return false;
        ShardLeader before = leaders.get(shard);
        boolean newer = before == null
                || leader.term() > before.term()
                || leader.term() == before.term()
                        && (before.node() == ShardLeader.NOBODY || from == leader.node() && from == before.node());
        if (!newer || leader.equals(before)) return false;
        leaders.put(shard, leader);
        return true;
    }

    /** Forgets shards that are no more, or whose terms begin anew. */
    boolean forget(Collection<Integer> shards) {
        return leaders.keySet().removeAll(shards);
    }

    /** The shards that a node leads, as others are told. */
    List<LeaderHint> ledBy(int node) {
        return leaders.entrySet().stream()
                .filter(each -> each.getValue().node() == node)
                .map(each -> new LeaderHint(each.getKey(), each.getValue()))
                .toList();
    }

    /** All shards that somebody leads. */
    List<LeaderHint> all() {
        return leaders.entrySet().stream()
                .filter(each -> each.getValue().node() != ShardLeader.NOBODY)
                .map(each -> new LeaderHint(each.getKey(), each.getValue()))
                .toList();
    }
}

package io.letterbox.cluster.placement;

import io.letterbox.metadata.ShardLeader;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The nodes that clients are not sent to. One that this node does not reach may be there for others, so whoever leads
 * something and is reached is asked, too: whom it counts as in sync is there. Stateless.
 */
public final class AbsentNodes {
    private AbsentNodes() {}

    /**
     * Those that nobody reaches.
     *
     * @param nodes all nodes of the cluster
     * @param reached those that this node reaches, and itself
     * @param leaders who leads what, as the leaders have told last
     */
    public static Set<Integer> of(Collection<Integer> nodes, Set<Integer> reached, Map<Integer, ShardLeader> leaders) {
        Set<Integer> absent = new HashSet<>(nodes);
        absent.removeAll(reached);
        for (ShardLeader leader : leaders.values()) {
            if (reached.contains(leader.node())) absent.removeAll(leader.isr());
        }
        return absent;
    }
}

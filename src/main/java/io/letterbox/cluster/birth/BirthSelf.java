package io.letterbox.cluster.birth;

import io.letterbox.cluster.NodeIdentity;
import java.util.List;

/**
 * What a node brings along on its way into a cluster.
 *
 * @param initialNodes {@code cluster.initialNodes}, sorted
 * @param used whether its data directory holds what a server has written that belonged to no cluster
 */
public record BirthSelf(NodeIdentity identity, List<Integer> initialNodes, boolean used) {
    public BirthSelf {
        initialNodes = initialNodes.stream().sorted().toList();
    }

    /** Whether it is one of those that begin the cluster. */
    boolean isFounder() {
        return initialNodes.contains(identity.node());
    }
}

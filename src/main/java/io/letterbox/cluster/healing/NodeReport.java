package io.letterbox.cluster.healing;

import io.letterbox.metadata.ReplicaId;
import java.util.List;
import java.util.Map;

/**
 * What a node has told.
 *
 * @param self the node with its directory
 * @param atMs when this was asked for, on the monotonic clock of whoever asked: what is said was true later than that
 * @param led the groups that it leads
 * @param replicas how its own replicas are, by group
 */
public record NodeReport(ReplicaId self, long atMs, List<GroupReport> led, Map<Integer, ReplicaCondition> replicas) {
    public NodeReport {
        led = List.copyOf(led);
        replicas = Map.copyOf(replicas);
    }
}

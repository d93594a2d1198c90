package io.letterbox.cluster;

import java.util.List;
import java.util.UUID;

/**
 * What a node tells others about its way into a cluster.
 *
 * @param clusterId the cluster that it is ready for, has voted for or belongs to; null in other phases
 * @param founders with which nodes that cluster begins or began; empty where there is no cluster id
 */
public record BirthReport(BirthPhase phase, UUID clusterId, List<Founder> founders) {
    /** Of a node that is neither a member nor ready for a cluster. */
    public static final BirthReport SEEKING = new BirthReport(BirthPhase.SEEKING, null, List.of());

    public BirthReport {
        founders = List.copyOf(founders);
    }

    /** Whether the node is ready for this cluster, has voted for it, or belongs to it. */
    public boolean wants(UUID cluster) {
        return cluster.equals(clusterId);
    }
}

package io.letterbox.cluster.status;

import java.util.Map;

/**
 * What the nodes have said, asked at one time. Immutable.
 *
 * @param answers by node
 * @param silent why the others have not answered, half a sentence by node
 */
public record ClusterReports(Map<Integer, NodeReport> answers, Map<Integer, String> silent) {
    public ClusterReports {
        answers = Map.copyOf(answers);
        silent = Map.copyOf(silent);
    }

    /**
     * What the leader of a shard says of it.
     *
     * @param shard its number, or {@link ReplicaReport#METADATA}
     * @return null if nobody who has answered leads it; of two that believe they do, the one with the later term
     */
    ReplicaReport leader(int shard) {
        ReplicaReport leader = null;
        for (NodeReport report : answers.values()) {
            ReplicaReport replica = report.replica(shard);
            if (replica == null || replica.leader() != report.node()) continue;
            if (leader == null || replica.term() > leader.term()) leader = replica;
        }
        return leader;
    }

    /** What is known of who leads a shard, from whoever has heard the latest; null if nothing. */
    ReplicaReport newest(int shard) {
        ReplicaReport newest = leader(shard);
        for (NodeReport report : answers.values()) {
            ReplicaReport replica = report.replica(shard);
            if (replica == null || replica.leader() < 0) continue;
            if (newest == null || replica.term() > newest.term()) newest = replica;
        }
        return newest;
    }
}

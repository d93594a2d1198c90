package io.letterbox.cluster.status;

import io.letterbox.metadata.ReplicaId;
import io.letterbox.metadata.ShardImage;
import io.letterbox.metadata.ShardLeader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether a node has what the others have: every replica of it, that of the metadata included, is a voter and has
 * caught up, no former data directory of it votes, and every shard has a leader. Pure.
 */
public final class ReadyCheck {
    private ReadyCheck() {}

    /**
     * What is waited for, half sentences; empty if the node is ready.
     *
     * @param shards all of the cluster
     * @param self this node with its directory
     * @param replicas what this node sees of its own ones
     * @param caughtUp the shards whose replica here has had everything since the start
     * @param leaders who leads which shard as far as this node knows
     */
    public static List<String> missing(
            List<ShardImage> shards,
            ReplicaId self,
            Collection<ReplicaReport> replicas,
            Set<Integer> caughtUp,
            Map<Integer, ShardLeader> leaders) {
        if (shards.isEmpty())
            return List.of("the controller has made no shards; all nodes that begin the cluster have to run");
        List<String> missing = new ArrayList<>();
        Map<Integer, ReplicaReport> open = new HashMap<>();
        for (ReplicaReport replica : replicas) open.put(replica.shard(), replica);
        ReplicaReport metadata = open.get(ReplicaReport.METADATA);
        if (metadata != null) former(metadata, self, missing);
        for (ShardImage shard : shards) {
            if (shard.replicas().contains(self)) own(shard, self, open.get(shard.id()), caughtUp, missing);
            ShardLeader leader = leaders.get(shard.id());
            if (leader == null || leader.node() == ShardLeader.NOBODY)
                missing.add("shard " + shard.id() + " has no leader");
        }
        return missing;
    }

    private static void own(
            ShardImage shard, ReplicaId self, ReplicaReport replica, Set<Integer> caughtUp, List<String> missing) {
        String name = "the replica of shard " + shard.id() + " here ";
        if (replica == null) {
            missing.add(name + "is not open");
            return;
        }
        former(replica, self, missing);
        if (replica.copying()) missing.add(name + "is being copied");
        else if (!replica.voters().contains(self)) missing.add(name + "is not a voter yet");
        else if (!caughtUp.contains(shard.id())) missing.add(name + "has not caught up");
    }

    private static void former(ReplicaReport replica, ReplicaId self, List<String> missing) {
        for (ReplicaId voter : replica.voters()) {
            if (voter.node() != self.node() || voter.equals(self)) continue;
            missing.add("this node's former data directory " + voter.directory() + " is still a voter of "
                    + ReplicaReport.name(replica.shard()));
        }
    }
}

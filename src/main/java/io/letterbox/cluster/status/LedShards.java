package io.letterbox.cluster.status;

import io.letterbox.bus.ClusterFigures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What a node says by itself of the shards that it leads, and of their followers. Pure. */
public final class LedShards {
    /** For so long a follower may be silent or behind before that is told of: a restart takes as long. */
    static final long PATIENCE_MS = 10_000;

    private final List<ReplicaReport> led;
    private final Map<Integer, Integer> demanded;

    /**
     * @param node this node's id
     * @param replicas what it sees of its own ones
     * @param demanded as {@link MinInSync#byShard}
     */
    public LedShards(int node, Collection<ReplicaReport> replicas, Map<Integer, Integer> demanded) {
        this.led = replicas.stream()
                .filter(replica -> replica.shard() != ReplicaReport.METADATA && replica.leader() == node)
                .toList();
        this.demanded = demanded;
    }

    /** How many there are. */
    public int count() {
        return led.size();
    }

    /** How many of them have fewer replicas in sync than their topics demand. */
    public int belowMinInSync() {
        return (int) led.stream().filter(this::isBelow).count();
    }

    private boolean isBelow(ReplicaReport leader) {
        return inSync(leader) < demanded.getOrDefault(leader.shard(), 1);
    }

    private static long inSync(ReplicaReport leader) {
        return 1
                + leader.followers().stream().filter(FollowerReport::isCaughtUp).count();
    }

    /** Their followers. */
    public List<ClusterFigures.Follower> followers() {
        List<ClusterFigures.Follower> followers = new ArrayList<>();
        for (ReplicaReport leader : led) {
            for (FollowerReport each : leader.followers()) {
                followers.add(
                        new ClusterFigures.Follower(leader.shard(), each.node(), each.lagEntries(), each.lagMs()));
            }
        }
        return followers;
    }

    /** What is wrong with them, in sentences. */
    public List<String> troubles() {
        List<String> troubles = new ArrayList<>();
        for (ReplicaReport leader : led) {
            for (FollowerReport each : leader.followers()) {
                if (each.silentMs() > PATIENCE_MS) {
                    troubles.add("The replica of shard " + leader.shard() + " on node " + each.node()
                            + " has not answered for " + each.silentMs() / 1000 + " s.");
                } else if (each.lagMs() > PATIENCE_MS) {
                    troubles.add("The replica of shard " + leader.shard() + " on node " + each.node() + " is "
                            + each.lagMs() / 1000 + " s behind.");
                }
            }
            if (isBelow(leader)) {
                troubles.add("Shard " + leader.shard() + " has " + inSync(leader) + " replicas in sync, and its topics"
                        + " demand " + demanded.get(leader.shard()) + " (min.insync.replicas).");
            }
        }
        return troubles;
    }
}

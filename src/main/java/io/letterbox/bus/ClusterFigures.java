package io.letterbox.bus;

import java.util.List;
import java.util.Map;

/**
 * What a node of a cluster counts, at one moment.
 *
 * @param nodes of the metadata, this one among them
 * @param reachableNodes those of them that have answered lately, this one among them
 * @param bus the clustered event bus
 * @param shards what this node knows of shards
 * @param followers of the shards that this node leads
 * @param forwarding requests that other nodes got because they lead
 * @param clockAheadMs by node, how far its wall clock is ahead of this node's; negative if it is behind
 */
public record ClusterFigures(
        int nodes,
        int reachableNodes,
        Bus bus,
        Shards shards,
        List<Follower> followers,
        Forwarding forwarding,
        Map<Integer, Long> clockAheadMs) {
    public ClusterFigures {
        followers = List.copyOf(followers);
        clockAheadMs = Map.copyOf(clockAheadMs);
    }

    /**
     * The clustered event bus.
     *
     * @param up whether it runs
     * @param deaf how many nodes are there and do not answer on it
     * @param ends how often it has ended by itself since the start
     */
    public record Bus(boolean up, int deaf, long ends) {}

    /**
     * Shards as this node sees them.
     *
     * @param led how many this node leads
     * @param leaderless how many nobody is known to lead
     * @param belowMinInSync how many of those that this node leads have fewer replicas in sync than their topics demand
     * @param leaderChanges how often another node came to lead one of which this node has a replica, since the start
     * @param elections how many terms those have gone through since the start
     */
    public record Shards(int led, int leaderless, int belowMinInSync, long leaderChanges, long elections) {}

    /**
     * Another replica of a shard that this node leads.
     *
     * @param lagEntries how many committed entries it lacks
     * @param lagMs for how long it has lacked something; {@link ClusterStatus#UNKNOWN} if it has had nothing yet
     */
    public record Follower(int shard, int node, long lagEntries, long lagMs) {}

    /**
     * Requests that go to other nodes because those lead.
     *
     * @param sent since the start
     * @param failed of these, those that were refused or not answered
     */
    public record Forwarding(long sent, long failed) {}
}

package io.letterbox.cluster.status;

import io.letterbox.metadata.ShardLeader;
import io.letterbox.storage.replica.FollowerProgress;
import io.letterbox.storage.replica.ReplicaView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a node sees of its replicas by looking at them again and again: lags in time, how often leaders change. Pure,
 * with a state.
 */
public final class ReplicaWatch {
    private final int node;

    // One look after the other.
    private final Map<Integer, Led> led = new HashMap<>();
    private final Map<Integer, Seen> seen = new HashMap<>();

    // Written by looks, read by any thread.
    private volatile List<ReplicaReport> replicas = List.of();
    private volatile long leaderChanges;
    private volatile long elections;

    /** A leadership of this node. */
    private record Led(long term, FollowerLag lag) {}

    /**
     * What was seen of a shard last.
     *
     * @param leader who led last, not counting the time in which nobody does
     */
    private record Seen(long term, int leader) {}

    /** @param node this node's id */
    public ReplicaWatch(int node) {
        this.node = node;
    }

    /**
     * Looks at all replicas of this node.
     *
     * @param views by shard, {@link ReplicaReport#METADATA} for the metadata; those that are open
     * @param filled the shards whose replicas are being filled with another one's files, or are to be
     * @param nowMs on the monotonic clock
     */
    public void look(Map<Integer, ReplicaView> views, Set<Integer> filled, long nowMs) {
        List<ReplicaReport> reports = new ArrayList<>(views.size());
        new TreeMap<>(views).forEach((shard, view) -> {
            count(shard, view);
            reports.add(new ReplicaReport(
                    shard,
                    view.leader(),
                    view.term(),
                    view.committedIndex(),
                    view.appliedIndex(),
                    filled.contains(shard),
                    view.voters(),
                    followers(shard, view, nowMs)));
        });
        for (int shard : filled)
            if (!views.containsKey(shard))
                reports.add(new ReplicaReport(shard, ShardLeader.NOBODY, 0, -1, -1, true, List.of(), List.of()));
        led.keySet().retainAll(views.keySet());
        replicas = List.copyOf(reports);
    }

    private void count(int shard, ReplicaView view) {
        Seen before = seen.get(shard);
        int leader = view.leader() >= 0 || before == null ? view.leader() : before.leader;
        seen.put(shard, new Seen(view.term(), leader));
        if (before == null) return;
        elections += Math.max(0, view.term() - before.term);
        if (before.leader >= 0 && leader != before.leader) leaderChanges++;
    }

    private List<FollowerReport> followers(int shard, ReplicaView view, long nowMs) {
        if (view.leader() != node) {
            led.remove(shard);
            return List.of();
        }
        Led now = led.get(shard);
        if (now == null || now.term != view.term()) {
            now = new Led(view.term(), new FollowerLag());
            led.put(shard, now);
        }
        List<FollowerReport> followers = new ArrayList<>();
        for (FollowerProgress each : view.followers()) {
            long lagMs = now.lag.lagMs(each.node(), each.matchIndex(), view.committedIndex(), nowMs);
            long lagEntries = Math.max(0, view.committedIndex() - each.matchIndex());
            followers.add(new FollowerReport(each.node(), lagEntries, lagMs, each.silentMs()));
        }
        return followers;
    }

    /** What was seen by the last look. Any thread. */
    public List<ReplicaReport> replicas() {
        return replicas;
    }

    /** How often another node came to lead a group that this node takes part in. Any thread. */
    public long leaderChanges() {
        return leaderChanges;
    }

    /** How many terms these groups have gone through. Any thread. */
    public long elections() {
        return elections;
    }
}

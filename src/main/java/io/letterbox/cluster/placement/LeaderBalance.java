package io.letterbox.cluster.placement;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * When a node hands the leadership of a shard on: to the first replica in the shard's order that could lead, which the
 * metadata spread evenly. Each node decides about what it leads itself, so nobody has to be asked, and because every
 * node goes by the same order, no shard goes to and fro. Slowly: the other replica has to have been ready for a while,
 * and one shard moves at a time. Pure, with a state; owned by one thread.
 */
public final class LeaderBalance {
    /** For so long a replica has to have been ready to lead without a break. */
    public static final long SETTLED_MS = 10_000;

    /** The least time between two moves, so that clients find each leader before the next one changes. */
    public static final long BETWEEN_MS = 2_000;

    /** After a move that failed, the shard stays where it is for so long. */
    public static final long AGAIN_MS = 60_000;

    private static final long NEVER = Long.MIN_VALUE / 2;

    private final int node;
    private final Map<Integer, Wish> wishes = new HashMap<>();
    private final Map<Integer, Long> failedMs = new HashMap<>();
    private long movedMs = NEVER;

    /** Who is to lead a shard, and since when that has been so. */
    private record Wish(int to, long sinceMs) {}

    /**
     * A leadership to hand on.
     *
     * @param to the node that is to lead
     */
    public record Move(int shard, int to) {}

    /** @param node this node's id */
    public LeaderBalance(int node) {
        this.node = node;
    }

    /**
     * What to hand on now. Whoever is told so is told it once, and has to say by {@link #failed} if it came to nothing.
     *
     * @param led all shards that this node leads
     * @param settledMs for how long a replica has to have been ready; less than {@link #SETTLED_MS} while a cluster
     *     begins
     * @param nowMs on the monotonic clock
     */
    public Optional<Move> next(Collection<LedShard> led, long settledMs, long nowMs) {
        wishes.keySet()
                .removeIf(shard -> led.stream().noneMatch(each -> each.shard().id() == shard));
        for (LedShard each : led) wish(each, nowMs);
        if (nowMs - movedMs < Math.min(BETWEEN_MS, settledMs)) return Optional.empty();
        Optional<Move> move = wishes.entrySet().stream()
                .filter(wish -> nowMs - wish.getValue().sinceMs() >= settledMs)
                .filter(wish -> nowMs - failedMs.getOrDefault(wish.getKey(), NEVER) >= AGAIN_MS)
                .min(Comparator.comparingLong((Map.Entry<Integer, Wish> wish) ->
                                wish.getValue().sinceMs())
                        .thenComparingInt(Map.Entry::getKey))
                .map(wish -> new Move(wish.getKey(), wish.getValue().to()));
        move.ifPresent(found -> {
            movedMs = nowMs;
            wishes.remove(found.shard());
        });
        return move;
    }

    private void wish(LedShard led, long nowMs) {
        int to = preferred(led);
        int shard = led.shard().id();
        Wish before = wishes.get(shard);
        if (to == node) wishes.remove(shard);
        else if (before == null || before.to() != to) wishes.put(shard, new Wish(to, nowMs));
    }

    private int preferred(LedShard led) {
        for (int replica : led.shard().nodes()) {
            if (replica == node || led.ready().contains(replica)) return replica;
        }
        return node;
    }

    /** A move has come to nothing: the shard is led here as before. */
    public void failed(int shard, long nowMs) {
        failedMs.put(shard, nowMs);
        failedMs.values().removeIf(ms -> nowMs - ms >= AGAIN_MS);
    }
}

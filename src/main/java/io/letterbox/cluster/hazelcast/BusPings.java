package io.letterbox.cluster.hazelcast;

import io.letterbox.cluster.NodeIdentity;
import io.letterbox.cluster.Peer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which peers answer on the event bus. One that answers every second ping does not count: the bus then has an address
 * of it that leads nowhere, and would lose every second request. Any thread.
 */
final class BusPings {
    /** How long an answer counts. */
    static final long HEARD_MS = 2_500;
    /** How long a ping that was not answered counts. */
    static final long MISSED_MS = 5_000;
    /** Who is deaf for so long is shown. */
    static final long DEAF_MS = 30_000;

    /** Who has missed so many pings in a row may be on the bus and not be found there. */
    static final int UNHEARD_PINGS = 3;

    private static final long NEVER = Long.MIN_VALUE / 2;

    private final Map<NodeIdentity, Hearing> hearings = new ConcurrentHashMap<>();

    /** @param misses in a row */
    private record Hearing(long sinceMs, long heardMs, long missedMs, int misses) {
        boolean isSound(long nowMs) {
            return nowMs - heardMs <= HEARD_MS && nowMs - missedMs > MISSED_MS;
        }
    }

    void heard(NodeIdentity peer, long nowMs) {
        hearings.compute(
                peer,
                (key, before) -> before == null
                        ? new Hearing(nowMs, nowMs, NEVER, 0)
                        : new Hearing(before.sinceMs, nowMs, before.missedMs, 0));
    }

    void missed(NodeIdentity peer, long nowMs) {
        hearings.compute(
                peer,
                (key, before) -> before == null
                        ? new Hearing(nowMs, NEVER, nowMs, 1)
                        : new Hearing(before.sinceMs, before.heardMs, nowMs, before.misses + 1));
    }

    /** When a peer answered last on the bus; far in the past if it never has. */
    long heardMs(NodeIdentity peer) {
        Hearing hearing = hearings.get(peer);
        return hearing == null ? NEVER : hearing.heardMs;
    }

    boolean reaches(NodeIdentity peer, long nowMs) {
        Hearing hearing = hearings.get(peer);
        return hearing != null && hearing.isSound(nowMs);
    }

    /** Who has missed {@link #UNHEARD_PINGS} in a row. */
    List<NodeIdentity> unheard() {
        List<NodeIdentity> unheard = new ArrayList<>();
        hearings.forEach((peer, hearing) -> {
            if (hearing.misses >= UNHEARD_PINGS) unheard.add(peer);
        });
        return unheard;
    }

    /** Keeps those that are there. */
    void retain(Collection<Peer> peers) {
        Set<NodeIdentity> there = new HashSet<>();
        for (Peer peer : peers) there.add(peer.identity());
        hearings.keySet().retainAll(there);
    }

    /** All begins anew, as the bus does. */
    void clear() {
        hearings.clear();
    }

    /** The nodes that have not answered for long, though they are there. */
    List<Integer> deaf(long nowMs) {
        List<Integer> deaf = new ArrayList<>();
        hearings.forEach((peer, hearing) -> {
            long silentMs = nowMs - Math.max(hearing.heardMs, hearing.sinceMs);
            if (silentMs > DEAF_MS) deaf.add(peer.node());
        });
        return deaf.stream().sorted().toList();
    }
}

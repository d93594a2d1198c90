package io.letterbox.cluster.hazelcast;

/**
 * Compares how many members Hazelcast counts with how many nodes answer each other at {@code cluster.port}. For a while
 * they differ whenever a node comes or goes; for long only where Hazelcast is split, or holds on to somebody who has
 * gone. Written by one thread, read by any.
 */
final class MemberCount {
    /** Hazelcast takes as long to notice that a member has gone without a word. */
    static final long SETTLED_MS = 60_000;

    private volatile Difference difference;

    private record Difference(int members, int nodes, long sinceMs) {}

    void look(int members, int nodes, long nowMs) {
        Difference before = difference;
        if (members == nodes) difference = null;
        else difference = new Difference(members, nodes, before == null ? nowMs : before.sinceMs);
    }

    /** What differs for long, for people; null if nothing does. */
    String sentence(long nowMs) {
        Difference now = difference;
        if (now == null || nowMs - now.sinceMs < SETTLED_MS) return null;
        return "Hazelcast counts " + now.members + (now.members == 1 ? " member" : " members") + ", and " + now.nodes
                + " nodes answer each other at cluster.port. Records are not affected; requests that the event bus does"
                + " not carry go over cluster.port, which is slower. "
                + (now.members < now.nodes
                        ? "Can the nodes reach each other's cluster.discoveryPort?"
                        : "Does another cluster use this cluster.discoveryPort, or is a node cut off?");
    }
}

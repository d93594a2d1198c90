package io.letterbox.cluster;

/** How far a node has come on its way into a cluster. Names are on the wire and on disk. */
public enum BirthPhase {
    /** It belongs to no cluster, and does not see all that it needs for one. In memory. */
    SEEKING,
    /** Its data directory holds what a server that stood alone has written. */
    USED,
    /** It sees all founders, and what each of them is as it should be. In memory, so it may be taken back. */
    READY,
    /** It has seen that all founders are ready for the same cluster, and joins no other one. On disk, for ever. */
    VOTED,
    /** It has seen that all founders have voted for this cluster: there is one. On disk, for ever. */
    BORN,
    /** It belongs to a cluster that was there before. On disk, for ever. */
    JOINED;

    /** Whether there is a cluster, and the node belongs to it. */
    public boolean isMember() {
        return this == BORN || this == JOINED;
    }
}

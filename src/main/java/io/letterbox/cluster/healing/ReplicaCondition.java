package io.letterbox.cluster.healing;

/** How a replica is, as its own node says. */
public sealed interface ReplicaCondition {
    /** It is in its group and applies what is committed. */
    record Serving(long appliedIndex) implements ReplicaCondition {}

    /**
     * It does not run. A member that has forgotten what it promised must not be one when it comes back.
     *
     * @param forgot whether what it promised in Raft is lost or not to be relied on; also where there never was
     *     anything
     * @param why a sentence without its full stop, for people
     */
    record Out(boolean forgot, String why) implements ReplicaCondition {}

    /** It gets the files of another replica. It does not run. */
    record Copying(boolean forgot, long doneBytes, long totalBytes) implements ReplicaCondition {}

    /** It has a copy and waits to be made a member. */
    record Waiting(long copiedIndex) implements ReplicaCondition {}

    /** Whether it would vote without knowing what it has promised, if it was a member and was started. */
    default boolean hasForgotten() {
        return this instanceof Out out && out.forgot() || this instanceof Copying copying && copying.forgot();
    }
}

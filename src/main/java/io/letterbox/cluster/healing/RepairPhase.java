package io.letterbox.cluster.healing;

import io.letterbox.storage.replica.LogPosition;

/**
 * How far a replica's own node has come with it. Written down before anything is done that follows from it ({@link
 * RepairPhaseFile}), so a process that ends at any moment is followed by one that goes on from there.
 *
 * <pre>
 *              fault                    a leader has answered           all files are here,
 *              of it                    that it is no member            checked and forced
 *   Sound ------------&gt; Unfit(forgot) -----------------&gt; Vacant ---------------------&gt; Copied
 *     ^                Unfit(remembers) ----------------------------------------------&gt; Copied
 *     |                                                                                   | placed
 *     +------------- at once, if it is a member; else when it has become one ---------- Placed
 * </pre>
 */
public sealed interface RepairPhase {
    /** The files are believed: the replica may be opened with them. Nothing is written down. */
    record Sound() implements RepairPhase {}

    /**
     * The files must not be opened.
     *
     * @param forgot whether what the replica promised in Raft is lost or not to be relied on. If not, it stays a
     *     member all the time, and keeps Raft's files
     * @param leastIndex a copy has to reach up to here, so that the entries that follow on it can be had; -1 if any
     *     will do
     * @param why a sentence without its full stop, for people
     */
    record Unfit(boolean forgot, long leastIndex, String why) implements RepairPhase {}

    /**
     * The group does not have the replica as a member: nothing binds it, and what is left of its files may go. From
     * here on it is not one before it has been opened with a copy.
     */
    record Vacant(String why) implements RepairPhase {}

    /**
     * A copy is complete beside the replica's own files, and takes their place next.
     *
     * @param keepsVote whether Raft's files stay, as the replica is still a member
     * @param position where the copy stands
     */
    record Copied(boolean keepsVote, LogPosition position) implements RepairPhase {}

    /**
     * The copy has taken the place of the replica's own files, of which nothing is left, those of Raft included. Raft
     * makes its own when the replica is opened, without members until the leader tells who they are, and keeps them if
     * that was done already: it may have voted since.
     */
    record Placed() implements RepairPhase {}
}

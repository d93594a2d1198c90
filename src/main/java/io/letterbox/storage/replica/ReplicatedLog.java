package io.letterbox.storage.replica;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Carries the entries of one shard to all its replicas, in one order. Called on the shard's thread; calls {@link
 * ShardReplica}.
 */
public interface ReplicatedLog {
    /**
     * Proposes an entry, as the leader that {@link ShardReplica#leads} has made of this replica. Entries are committed
     * in the order in which they were proposed, and none without those that were proposed before it under the same
     * leadership. Where nobody knows what became of one, it does not come back as the replica's own, and leadership
     * ends. Does not wait for the disk.
     *
     * @param entry between position and limit, at most {@link #maxEntryBytes} long; given away
     * @param proposal comes back with the entry when that is committed
     */
    void propose(ByteBuffer entry, Proposal proposal);

    /**
     * What is at or below a position is in the replica's own files for sure, and never asked for again by this replica.
     */
    void checkpointed(LogPosition position);

    /** No entry may be larger. Does not change. */
    int maxEntryBytes();

    /** How many entries may be under way at a time, 1 or more. */
    int capacity();

    /**
     * Gives leadership up, if this replica has it: {@link ShardReplica#leadsNoMore} follows, or {@link
     * ShardReplica#leads} with a later term.
     *
     * @param why for the log file
     */
    void stepDown(String why);

    /** Up to here this replica has forced the log's own files; -1 if nothing. */
    long forcedIndex();

    /** The other replicas, while this one leads; empty if it does not. */
    List<FollowerProgress> followers();
}

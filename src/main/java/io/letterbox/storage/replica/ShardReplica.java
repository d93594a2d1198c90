package io.letterbox.storage.replica;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * One node's copy of a shard, as a {@link ReplicatedLog} sees it. Called from any thread, one call at a time and in
 * order; what is told is done on the shard's own thread later. A call waits while too much of it is to be done.
 */
public interface ShardReplica {
    /** Where the checkpoint stands with which the replica began: entries are applied from behind it on. */
    LogPosition restored();

    /**
     * An entry is committed.
     *
     * @param at behind all that was told before
     * @param entry between position and limit of a heap buffer; it does not change before {@code applied}, and is only
     *     read
     * @param own what it was proposed with, if this replica did that as a leader and this process still lives; else
     *     null. It may come late, when that leadership is over.
     * @param applied told on the shard's thread when the replica's files and memory have it
     * @param broken told instead where that cannot be: the replica is of no use any more, and gets nothing else
     */
    void apply(LogPosition at, ByteBuffer entry, Proposal own, Runnable applied, Consumer<Throwable> broken);

    /** A position holds nothing for the shard. */
    void skipped(LogPosition at);

    /**
     * This replica leads, and was told before of everything that earlier leaders have committed. Entries that it
     * proposes from now on are of this term.
     */
    void leads(long term);

    /** This replica leads no more. It may be told entries of others before that. */
    void leadsNoMore();
}

package io.letterbox.replication;

import io.letterbox.error.ErrorCode;

/**
 * The leading replica of a partition. On a single node, it is the whole in-sync set.
 *
 * <p>The high watermark is the smallest durable offset of the in-sync set, and it moves only while that set has at
 * least {@code min.insync.replicas} members. The reasons why this loses nothing:
 *
 * <ul>
 *   <li>The next leader is chosen from the in-sync set, and every member has everything below the high watermark on
 *       its disk. So a record that was read is in the log of every later leader.
 *   <li>Durable, not appended: records that are only in this node's page cache may be lost in a crash. A reader that
 *       had seen one would then find another record at the same offset.
 *   <li>Never backwards: readers may have seen all records below it. A smaller in-sync set or a larger
 *       {@code min.insync.replicas} stops it, but does not move it back.
 *   <li>Not below the demanded number of replicas: the publisher was promised that many copies, and a record that is
 *       readable counts as acknowledged.
 * </ul>
 */
public final class Leader {
    // Owned by the partition's shard.
    private long highWatermark;
    private long durableOffset;
    private long logEndOffset;
    private Output.Reject rejection;

    /**
     * @param highWatermark everything below is committed already: on a single node, the end of the log as recovered and
     *     forced
     * @param inSyncReplicas how many replicas are in sync, this one included
     * @param minInSyncReplicas how many the topic demands
     */
    public Leader(long highWatermark, int inSyncReplicas, int minInSyncReplicas) {
        this.highWatermark = highWatermark;
        this.durableOffset = highWatermark;
        this.logEndOffset = highWatermark;
        this.rejection = rejectionFor(inSyncReplicas, minInSyncReplicas);
    }

    /**
     * Handles an event and puts out what follows from it.
     *
     * @param input the event
     * @param outbox receives the actions, in order
     */
    public void step(Input input, Outbox outbox) {
        if (input instanceof Input.LogEndMoved moved) {
            onAppended(moved.logEndOffset());
        } else if (input instanceof Input.Truncated truncated) {
            onTruncated(truncated.logEndOffset());
        } else if (input instanceof Input.Durable durable) {
            onDurable(durable.offset(), outbox);
        } else if (input instanceof Input.ReplicasChanged changed) {
            onImageChanged(changed, outbox);
        } else {
            throw new AssertionError(input);
        }
    }

    /** The offset after the last committed record. */
    public long highWatermark() {
        return highWatermark;
    }

    /** Why nothing may be appended now, or null if appends are allowed. To be checked before every append. */
    public Output.Reject rejection() {
        return rejection;
    }

    private void onAppended(long endOffset) {
        if (endOffset < logEndOffset) {
            throw new IllegalArgumentException("log end moved back from " + logEndOffset + " to " + endOffset);
        }
        logEndOffset = endOffset;
    }

    private void onTruncated(long endOffset) {
        if (endOffset < highWatermark) {
            throw new IllegalArgumentException(
                    "everything below " + highWatermark + " is safe, and the log was cut at " + endOffset);
        }
        logEndOffset = Math.min(logEndOffset, endOffset);
        durableOffset = Math.min(durableOffset, logEndOffset);
    }

    private void onDurable(long offset, Outbox outbox) {
        if (offset > logEndOffset) {
            throw new IllegalArgumentException("offset " + offset + " is durable, but the log ends at " + logEndOffset);
        }
        durableOffset = Math.max(durableOffset, offset);
        advance(outbox);
    }

    private void onImageChanged(Input.ReplicasChanged changed, Outbox outbox) {
        rejection = rejectionFor(changed.inSyncReplicas(), changed.minInSyncReplicas());
        if (rejection != null && logEndOffset > highWatermark) outbox.emit(rejection);
        advance(outbox);
    }

    private void advance(Outbox outbox) {
        if (rejection != null || durableOffset <= highWatermark) return;
        highWatermark = durableOffset;
        outbox.emit(new Output.HighWatermarkMoved(highWatermark));
    }

    private static Output.Reject rejectionFor(int inSync, int demanded) {
        if (inSync >= demanded) return null;
        return new Output.Reject(
                ErrorCode.NOT_ENOUGH_REPLICAS,
                "The topic demands min.insync.replicas=" + demanded + ", but only " + inSync
                        + (inSync == 1 ? " replica is in sync." : " replicas are in sync."));
    }
}

package io.letterbox.reading;

import io.letterbox.bus.Committed;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.LogReader;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Slice;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/**
 * A reader of one partition, which reads from any offset and waits at the end for new records. Owned by one event loop.
 */
public final class PartitionTail implements CommitListener, Waiter {
    private final CommitListeners listeners;
    private final LogReader reader;
    private final TopicPartition partition;
    private final Isolation isolation;

    /** The end of the readable records at the last call of {@link #status}; -1 before. */
    private long seenEnd = -1;

    /** The action for the next move of the partition; null while none is waiting. */
    private Runnable waiting;

    /**
     * @param listeners the event loop's
     * @param isolation which records the reader sees
     */
    public PartitionTail(CommitListeners listeners, LogReader reader, TopicPartition partition, Isolation isolation) {
        this.listeners = listeners;
        this.reader = reader;
        this.partition = partition;
        this.isolation = isolation;
    }

    /**
     * The current status of the partition.
     *
     * @throws ApiException UNKNOWN_PARTITION, PARTITION_QUARANTINED or PARTITION_OFFLINE
     */
    public PartitionStatus status() {
        PartitionStatus status = reader.status(partition);
        if (status == null && reader.mayBeBehind(partition)) {
            throw new ApiException(
                    ErrorCode.NOT_LEADER,
                    "This node has no replica of partition " + partition.partition() + " of the topic "
                            + partition.topic() + ". Ask another one, as GET /cluster names them.");
        }
        if (status == null) {
            throw new ApiException(
                    ErrorCode.UNKNOWN_PARTITION,
                    "There is no partition " + partition.partition() + " of the topic " + partition.topic() + ".");
        }
        ApiException refusal = status.refusal(partition);
        if (refusal != null) throw refusal;
        seenEnd = status.readableEnd(isolation);
        return status;
    }

    /** The batches from an offset on, see {@link LogReader#slice}; never waits for new records. */
    public Future<Slice> read(long offset, int maxBytes) {
        return reader.slice(partition, offset, maxBytes, isolation);
    }

    /**
     * The next batches from an offset on, as soon as there are any; one call at a time. After {@link #stop} the future
     * of a call that waits is never completed.
     *
     * @param offset from the log start offset to the high watermark
     * @param maxBytes the limit for all batches; the first batch is returned even if it is larger
     * @return fails as {@link LogReader#read} does
     */
    public Future<Slice> next(long offset, int maxBytes) {
        Promise<Slice> promise = Promise.promise();
        next(offset, maxBytes, promise);
        return promise.future();
    }

    private void next(long offset, int maxBytes, Promise<Slice> promise) {
        PartitionStatus status;
        try {
            status = status();
        } catch (ApiException refusal) {
            promise.fail(refusal);
            return;
        }
        if (offset >= status.readableEnd(isolation) && isInside(offset, status)) {
            await(() -> next(offset, maxBytes, promise));
            return;
        }
        // onComplete runs on this event loop; a mapped future would run where the read ends, on a thread of the
        // storage.
        read(offset, maxBytes).onComplete(read -> {
            if (read.failed()) promise.fail(read.cause());
            // Compaction can leave nothing between the offset and the end: what comes next is yet to be committed.
            else if (read.result().nextOffset() <= offset) await(() -> next(offset, maxBytes, promise));
            else promise.complete(read.result());
        });
    }

    /**
     * Waits for the partition to move, or for {@link CommitListeners#wakeAll}, and then runs an action once; at once if
     * the partition has moved since the last call of {@link #status}. Replaces an action that waits.
     */
    public void await(Runnable action) {
        PartitionStatus now = reader.status(partition);
        if (now == null || now.readableEnd(isolation) != seenEnd) {
            // A commit during a read finds no listener, because the reader does not wait then.
            stop();
            action.run();
            return;
        }
        if (waiting == null) listeners.add(partition, this);
        waiting = action;
    }

    /** Ends the wait without running its action; a second call does nothing. */
    public void stop() {
        if (waiting == null) return;
        waiting = null;
        listeners.remove(partition, this);
    }

    @Override
    public void moved(Committed.Moved moved) {}

    @Override
    public Waiter waiter() {
        return waiting == null ? null : this;
    }

    @Override
    public void wake() {
        if (waiting == null) return;
        Runnable action = waiting;
        stop();
        action.run();
    }

    /** An offset that this replica does not have may be one that the leader has. */
    private boolean isInside(long offset, PartitionStatus status) {
        return offset <= status.highWatermark() || reader.mayBeBehind(partition);
    }
}

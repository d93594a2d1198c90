package io.letterbox.cluster.forwarding;

import io.letterbox.bus.Append;
import io.letterbox.error.ApiException;
import io.letterbox.record.RecordBatch;
import java.nio.ByteBuffer;

/** A batch on its way through a {@link PublishLane}, which owns it. */
final class LaneBatch {
    private final Append append;
    private final boolean numbered;

    /** When it is given up. */
    final long deadlineMs;

    /** The place in the order of the lane. */
    final long place;

    /** Of batches that the lane numbers, while they are in its window. */
    short epoch;

    /** True while an attempt is not answered. */
    boolean inFlight;

    /** True if an attempt may have appended the batch. */
    boolean mayBeStored;

    /** True if nobody waits for the batch any more. */
    boolean over;

    /** When to try again, if no attempt is in flight. */
    long retryAtMs;

    int failures;

    /** Why the last attempt failed, or null. */
    ApiException last;

    LaneBatch(Append append, long place, long deadlineMs) {
        this.append = append;
        this.place = place;
        this.deadlineMs = deadlineMs;
        this.numbered = RecordBatch.of(append.batch()).producerId() < 0;
    }

    Append append() {
        return append;
    }

    /** True if the lane has to number the batch; false if its publisher has. */
    boolean isNumberedHere() {
        return numbered;
    }

    int sizeBytes() {
        return append.batch().remaining();
    }

    void number(long producerId, short producerEpoch, int sequence) {
        epoch = producerEpoch;
        RecordBatch.of(append.batch()).number(producerId, producerEpoch, sequence);
    }

    /** The append of one attempt, with a copy of the batch, because whoever appends it writes into it. */
    ByteBuffer copy() {
        ByteBuffer from = append.batch().duplicate();
        ByteBuffer copy = ByteBuffer.allocate(from.remaining());
        copy.put(from).flip();
        return copy;
    }
}

package io.letterbox.cluster.forwarding;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * What one event loop publishes to one partition, wherever that is led. A batch without an identity of its own gets the
 * door's producer id and the next sequence number, and is repeated under them until somebody answers it: whatever gets
 * lost and whoever leads meanwhile, it is acknowledged once and stored once. Batches with an identity are repeated as
 * they are. At most {@link #MAX_IN_FLIGHT} are under way, as many as a partition remembers of a producer.
 *
 * <pre>
 *   offered ─► queue ─► window: in flight ◄──────► waits to be tried again
 *                          │ answered   │ given up at its deadline, or refused
 *                          ▼            ▼
 *                     acknowledged    failed: of a numbered batch, the sequence breaks off there. What follows is sent
 *                                     under the next epoch, which shuts out late copies, once nothing of the present
 *                                     epoch is undecided
 * </pre>
 *
 * <p>Pure: time is an argument, and what is to be done goes to the {@link Outbox}. Owned by one event loop. A carrier
 * must not deliver one attempt twice.
 */
final class PublishLane {
    static final int MAX_IN_FLIGHT = 5;

    /** The most batches that wait for their turn; more are refused at once. */
    static final int MAX_QUEUED = 256;

    /** How long a batch is tried. */
    static final long PATIENCE_MS = 20_000;

    static final long FIRST_RETRY_MS = 20;
    static final long LAST_RETRY_MS = 500;

    /**
     * A partition forgets a producer that was silent for long, and then takes any sequence number: the first batch
     * after such a time is sent alone, so that none overtakes it.
     */
    private static final long IDLE_MS = 60_000;

    private static final long NO_PRODUCER = -1;

    /** What the lane wants done. None of it calls the lane before it returns. */
    interface Outbox {
        /** Sends a batch to whoever leads the partition; tells the lane what came of it, once. */
        void send(LaneBatch batch);

        void acknowledge(Append append, Appended appended);

        void fail(Append append, ApiException why);

        /** Gets a producer id; tells the lane by {@link PublishLane#identify}, or by {@link #tick} being late. */
        void needProducerId();
    }

    private final Outbox outbox;
    private final PriorityQueue<LaneBatch> queue = new PriorityQueue<>(Comparator.comparingLong(each -> each.place));

    /** What was sent and is not decided, in order. */
    private final List<LaneBatch> window = new ArrayList<>(MAX_IN_FLIGHT);

    private long places;
    private long producerId = NO_PRODUCER;
    private boolean asked;
    private short epoch;
    private int sequence;

    /** True once a batch of this epoch was acknowledged: until then a partition may take any number for the first. */
    private boolean proven;

    /** True if a number of this epoch was given to a batch that failed. */
    private boolean broken;

    private long acknowledgedMs;

    PublishLane(Outbox outbox) {
        this.outbox = outbox;
    }

    /** Takes a batch; false if too many wait already. */
    boolean offer(Append append, long nowMs) {
        if (queue.size() >= MAX_QUEUED) return false;
        queue.add(new LaneBatch(append, places++, nowMs + PATIENCE_MS));
        pump(nowMs);
        return true;
    }

    /** The producer id that the lane has asked for; {@code -1} if there is none for now. */
    void identify(long id, long nowMs) {
        asked = false;
        if (id < 0) return;
        producerId = id;
        epoch = 0;
        sequence = 0;
        proven = false;
        broken = false;
        pump(nowMs);
    }

    void acknowledged(LaneBatch batch, Appended appended, long nowMs) {
        if (batch.over) return;
        if (batch.isNumberedHere()) {
            proven |= batch.epoch == epoch;
            acknowledgedMs = nowMs;
        }
        take(batch);
        outbox.acknowledge(batch.append(), appended);
        pump(nowMs);
    }

    /** An attempt failed. */
    void failed(LaneBatch batch, AttemptFailure kind, ApiException why, long nowMs) {
        if (batch.over) return;
        batch.inFlight = false;
        batch.last = why;
        switch (kind) {
            case NOT_TRIED -> later(batch, nowMs);
            case UNKNOWN -> {
                batch.mayBeStored = true;
                later(batch, nowMs);
            }
            case OUT_OF_ORDER -> {
                if (hasEarlier(batch)) later(batch, nowMs);
                else outOfOrder(batch, why);
            }
            case FENCED -> {
                if (batch.isNumberedHere()) producerId = NO_PRODUCER;
                outOfOrder(batch, why);
            }
            case REFUSED -> {
                // Another attempt may have got through; only that one's answer counts.
                if (batch.mayBeStored) later(batch, nowMs);
                else fail(batch, why);
            }
        }
        pump(nowMs);
    }

    /** The next in order was not taken, though nothing before it is missing. */
    private void outOfOrder(LaneBatch batch, ApiException why) {
        if (!batch.isNumberedHere()) {
            fail(batch, why);
        } else if (batch.mayBeStored) {
            fail(batch, givenUp(batch));
        } else {
            broken = true;
            window.remove(batch);
            queue.add(batch);
        }
    }

    /** Tries again what is due, and gives up what was tried for too long. */
    void tick(long nowMs) {
        for (LaneBatch batch : List.copyOf(window)) {
            if (batch.deadlineMs <= nowMs) fail(batch, givenUp(batch));
        }
        while (!queue.isEmpty() && queue.peek().deadlineMs <= nowMs) fail(queue.peek(), givenUp(queue.peek()));
        pump(nowMs);
    }

    /**
     * Another node may lead the partition: nothing waits for its time any more. A new leader that is not ready yet is
     * asked again soon, however often the former one was asked.
     */
    void hurry(long nowMs) {
        for (LaneBatch batch : window) {
            batch.retryAtMs = nowMs;
            batch.failures = 0;
        }
        pump(nowMs);
    }

    /** True if nothing is left to be done. */
    boolean isIdle() {
        return window.isEmpty() && queue.isEmpty();
    }

    private void pump(long nowMs) {
        for (LaneBatch batch : window) {
            if (batch.inFlight) continue;
            // Those behind it wait, too: they would be out of order.
            if (batch.retryAtMs > nowMs) return;
            send(batch);
        }
        while (!queue.isEmpty() && window.size() < MAX_IN_FLIGHT) {
            LaneBatch next = queue.peek();
            if (next.isNumberedHere() && !number(next, nowMs)) return;
            queue.remove();
            window.add(next);
            send(next);
        }
    }

    private void send(LaneBatch batch) {
        batch.inFlight = true;
        outbox.send(batch);
    }

    /** Gives a batch its number; false if it has to wait. */
    private boolean number(LaneBatch batch, long nowMs) {
        boolean alone = window.stream().noneMatch(LaneBatch::isNumberedHere);
        if (alone && nowMs - acknowledgedMs > IDLE_MS) proven = false;
        if (!alone && (broken || !proven || producerId == NO_PRODUCER)) return false;
        if (broken && producerId != NO_PRODUCER) {
            if (epoch == Short.MAX_VALUE) producerId = NO_PRODUCER;
            else epoch++;
            sequence = 0;
            proven = false;
            broken = false;
        }
        if (producerId == NO_PRODUCER) {
            if (!asked) outbox.needProducerId();
            asked = true;
            return false;
        }
        batch.number(producerId, epoch, sequence);
        sequence = sequence + batch.append().recordCount() & Integer.MAX_VALUE;
        return true;
    }

    private boolean hasEarlier(LaneBatch batch) {
        return window.get(0) != batch;
    }

    private void later(LaneBatch batch, long nowMs) {
        batch.retryAtMs = nowMs + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS << Math.min(batch.failures++, 5));
    }

    private void take(LaneBatch batch) {
        batch.over = true;
        if (!window.remove(batch)) queue.remove(batch);
    }

    private void fail(LaneBatch batch, ApiException why) {
        if (batch.isNumberedHere() && window.contains(batch)) broken = true;
        take(batch);
        outbox.fail(batch.append(), why);
    }

    private static ApiException givenUp(LaneBatch batch) {
        if (batch.inFlight || batch.mayBeStored) {
            return new ApiException(
                    ErrorCode.OUTCOME_UNKNOWN,
                    "Whoever leads " + batch.append().partition() + " did not say whether it has the records: they may"
                            + " have been stored, or not. Publish with an Idempotency-Key to be able to repeat it.");
        }
        if (batch.last != null) return batch.last;
        return new ApiException(
                ErrorCode.NOT_LEADER,
                batch.append().partition() + " could not be written to in time: nothing was stored. Try again.");
    }
}

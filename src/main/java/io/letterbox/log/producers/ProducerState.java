package io.letterbox.log.producers;

import io.letterbox.record.RecordBatch;
import io.letterbox.record.TransactionMarker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The state of one producer in one partition. Owned by the log's owner.
 *
 * <p>There may be millions of producers, because each {@code Idempotency-Key} is one that writes once. To save memory,
 * the newest batch is kept in fields, and so are the links of {@link ProducerTable}.
 */
public final class ProducerState {
    /**
     * How many batches of a producer are remembered: a client may have this many in flight, and may repeat any of them.
     */
    static final int BATCHES_KEPT = 5;

    static final int NO_COORDINATOR = -1;
    static final long NONE = -1;

    /** The memory of this object and its slot in the table. */
    private static final int BYTES = 104;

    /** The memory of a batch before the newest, and its slot in the array. */
    private static final int BATCH_BYTES = 64;

    /** The memory of an open transaction in {@link OpenTransactions}. */
    private static final int TRANSACTION_BYTES = 96;

    private static final ProducerBatch[] NO_BATCHES = new ProducerBatch[0];

    private final long id;
    private short epoch;
    private int coordinatorEpoch = NO_COORDINATOR;
    private long lastTimestampMs = NONE;
    private long transactionStart = NONE;

    // When it wrote last, by the monotonic clock; NONE after a restart until expiration looks at it.
    private long seenMs = NONE;

    // The newest batch; its base offset is NONE if there is none.
    private long baseOffset = NONE;
    private int offsetDelta;
    private int baseSequence = RecordBatch.NO_SEQUENCE;
    private int lastSequence = RecordBatch.NO_SEQUENCE;
    private long batchTimestampMs;

    /** The batches before the newest, oldest first. */
    private ProducerBatch[] older = NO_BATCHES;

    // Links of ProducerTable: the next producer in the same slot, and the neighbours in its queue.
    ProducerState chained;
    ProducerState before;
    ProducerState after;

    ProducerState(long id, short epoch) {
        this.id = id;
        this.epoch = epoch;
    }

    /** The producer's id, 0 or more. */
    public long id() {
        return id;
    }

    /** The newest epoch with which anything was written. */
    public short epoch() {
        return epoch;
    }

    /** The epoch of the coordinator that wrote the last marker, -1 if there was none. */
    public int coordinatorEpoch() {
        return coordinatorEpoch;
    }

    /** The timestamp of the last batch or marker, in milliseconds since 1970. */
    public long lastTimestampMs() {
        return lastTimestampMs;
    }

    /** The offset of the open transaction's first record, -1 if none is open. */
    public long transactionStart() {
        return transactionStart;
    }

    /** The number of the last record of this epoch, -1 if there is none. */
    public int lastSequence() {
        return lastSequence;
    }

    /** The batches of this epoch that are remembered, oldest first; at most five. */
    public List<ProducerBatch> batches() {
        if (!hasBatch()) return List.of();
        List<ProducerBatch> batches = new ArrayList<>(older.length + 1);
        for (ProducerBatch batch : older) batches.add(batch);
        batches.add(newest());
        return batches;
    }

    /** How many {@link #batches} there are. */
    int batchCount() {
        return hasBatch() ? older.length + 1 : 0;
    }

    boolean inTransaction() {
        return transactionStart != NONE;
    }

    private boolean hasBatch() {
        return baseOffset != NONE;
    }

    private ProducerBatch newest() {
        return new ProducerBatch(baseSequence, lastSequence, baseOffset, baseOffset + offsetDelta, batchTimestampMs);
    }

    /** The estimated memory of this state. */
    int weightBytes() {
        return BYTES + older.length * BATCH_BYTES + (inTransaction() ? TRANSACTION_BYTES : 0);
    }

    /** The remembered batch of which this is a repetition, or null. */
    ProducerBatch repeatedBy(RecordBatch batch) {
        if (batch.producerEpoch() != epoch || batch.baseSequence() < 0) return null;
        for (ProducerBatch known : older) if (known.isRepeatedBy(batch)) return known;
        boolean repeats = hasBatch() && baseSequence == batch.baseSequence() && lastSequence == batch.lastSequence();
        return repeats ? newest() : null;
    }

    /** The number that the next record of this epoch has to have. */
    int expectedSequence() {
        return lastSequence() + 1 & Integer.MAX_VALUE;
    }

    void onAppended(RecordBatch batch, long elapsedMs) {
        enter(batch.producerEpoch());
        makeRoom();
        baseOffset = batch.baseOffset();
        offsetDelta = (int) (batch.lastOffset() - baseOffset);
        baseSequence = batch.baseSequence();
        lastSequence = batch.lastSequence();
        batchTimestampMs = batch.maxTimestamp();
        if (batch.isTransactional() && !inTransaction()) transactionStart = batch.baseOffset();
        lastTimestampMs = batch.maxTimestamp();
        seenMs = elapsedMs;
    }

    void onMarker(RecordBatch batch, TransactionMarker marker, long elapsedMs) {
        enter(batch.producerEpoch());
        coordinatorEpoch = marker.coordinatorEpoch();
        transactionStart = NONE;
        lastTimestampMs = batch.maxTimestamp();
        seenMs = elapsedMs;
    }

    /** Sets the state from a row of a snapshot. */
    void restore(ProducerSnapshot.Row row) {
        ProducerBatch batch = row.batch();
        if (batch != null) {
            makeRoom();
            baseOffset = batch.baseOffset();
            offsetDelta = (int) (batch.lastOffset() - batch.baseOffset());
            baseSequence = batch.baseSequence();
            lastSequence = batch.lastSequence();
            batchTimestampMs = batch.timestampMs();
        }
        coordinatorEpoch = row.coordinatorEpoch();
        lastTimestampMs = row.timestampMs();
        transactionStart = row.transactionStart();
    }

    /** True if it is known when the producer wrote last. */
    boolean isSeen() {
        return seenMs != NONE;
    }

    /** True if the producer has written nothing for the given time and has no open transaction. */
    boolean isExpired(long elapsedMs, long afterMs) {
        if (seenMs == NONE) seenMs = elapsedMs;
        return !inTransaction() && elapsedMs - seenMs >= afterMs;
    }

    private void enter(short newEpoch) {
        if (newEpoch == epoch) return;
        epoch = newEpoch;
        older = NO_BATCHES;
        baseOffset = NONE;
        baseSequence = RecordBatch.NO_SEQUENCE;
        lastSequence = RecordBatch.NO_SEQUENCE;
    }

    /** Moves the newest batch to the older ones, and drops the oldest if there are too many. */
    private void makeRoom() {
        if (!hasBatch()) return;
        ProducerBatch[] kept = older;
        if (kept.length == BATCHES_KEPT - 1) {
            System.arraycopy(kept, 1, kept, 0, kept.length - 1);
        } else {
            kept = Arrays.copyOf(kept, kept.length + 1);
        }
        kept[kept.length - 1] = newest();
        older = kept;
    }
}

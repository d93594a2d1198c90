package io.letterbox.log.producers;

import io.letterbox.record.RecordBatch;
import io.letterbox.record.TransactionMarker;
import java.util.ArrayList;
import java.util.List;

/** What one partition knows of one producer. Owned by the log's owner. */
public final class ProducerState {
    /** How many batches a client may have under way at once, so that any of them may come again. */
    static final int BATCHES_KEPT = 5;

    static final int NO_COORDINATOR = -1;
    static final long NONE = -1;

    private final long id;
    private final List<ProducerBatch> batches = new ArrayList<>(1);
    private short epoch;
    private int coordinatorEpoch = NO_COORDINATOR;
    private long lastTimestampMs = NONE;
    private long transactionStart = NONE;

    // When it wrote last by the monotonic clock; unknown after a restart until somebody asks.
    private long seenMs = NONE;

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

    /** The epoch of the coordinator that wrote the last marker, -1 where there was none. */
    public int coordinatorEpoch() {
        return coordinatorEpoch;
    }

    /** The timestamp of what was written last, in milliseconds since 1970. */
    public long lastTimestampMs() {
        return lastTimestampMs;
    }

    /** The offset of the open transaction's first record, -1 where none is open. */
    public long transactionStart() {
        return transactionStart;
    }

    /** The number of the last record of this epoch, -1 where there is none. */
    public int lastSequence() {
        return batches.isEmpty() ? RecordBatch.NO_SEQUENCE : newest().lastSequence();
    }

    /** The batches of this epoch that are remembered, oldest first; at most five. */
    public List<ProducerBatch> batches() {
        return List.copyOf(batches);
    }

    boolean inTransaction() {
        return transactionStart != NONE;
    }

    ProducerBatch newest() {
        return batches.isEmpty() ? null : batches.get(batches.size() - 1);
    }

    /** The remembered batch of which this is a repetition, or null. */
    ProducerBatch repeatedBy(RecordBatch batch) {
        if (batch.producerEpoch() != epoch || batch.baseSequence() < 0) return null;
        for (ProducerBatch known : batches) if (known.isRepeatedBy(batch)) return known;
        return null;
    }

    /** The number that the next record of this epoch has to have. */
    int expectedSequence() {
        return lastSequence() + 1 & Integer.MAX_VALUE;
    }

    void wrote(RecordBatch batch, long elapsedMs) {
        enter(batch.producerEpoch());
        add(ProducerBatch.of(batch));
        if (batch.isTransactional() && !inTransaction()) transactionStart = batch.baseOffset();
        lastTimestampMs = batch.maxTimestamp();
        seenMs = elapsedMs;
    }

    void ended(RecordBatch batch, TransactionMarker marker, long elapsedMs) {
        enter(batch.producerEpoch());
        coordinatorEpoch = marker.coordinatorEpoch();
        transactionStart = NONE;
        lastTimestampMs = batch.maxTimestamp();
        seenMs = elapsedMs;
    }

    /** As a snapshot says. */
    void restore(ProducerBatch batch, int coordinator, long timestampMs, long startedAt) {
        if (batch != null) add(batch);
        coordinatorEpoch = coordinator;
        lastTimestampMs = timestampMs;
        transactionStart = startedAt;
    }

    /** True where it is known when the producer wrote last. */
    boolean isSeen() {
        return seenMs != NONE;
    }

    /** True where nothing was heard for so long that nothing more is expected. An open transaction is waited for. */
    boolean isExpired(long elapsedMs, long afterMs) {
        if (seenMs == NONE) seenMs = elapsedMs;
        return !inTransaction() && elapsedMs - seenMs >= afterMs;
    }

    private void enter(short newEpoch) {
        if (newEpoch == epoch) return;
        epoch = newEpoch;
        batches.clear();
    }

    private void add(ProducerBatch batch) {
        if (batches.size() == BATCHES_KEPT) batches.remove(0);
        batches.add(batch);
    }
}

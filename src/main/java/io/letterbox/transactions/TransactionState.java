package io.letterbox.transactions;

import java.util.Arrays;
import java.util.Optional;

/** The states of a transactional id, with the numbers and names that Kafka stores and shows. */
public enum TransactionState {
    /** A producer has initialised, and has no transaction yet. */
    EMPTY(0, "Empty"),
    /** Partitions have been added. */
    ONGOING(1, "Ongoing"),
    /** The transaction is decided as committed; its markers are being written. */
    PREPARE_COMMIT(2, "PrepareCommit"),
    /** The transaction is decided as aborted; its markers are being written. */
    PREPARE_ABORT(3, "PrepareAbort"),
    /** Every partition has its commit marker. */
    COMPLETE_COMMIT(4, "CompleteCommit"),
    /** Every partition has its abort marker. */
    COMPLETE_ABORT(5, "CompleteAbort"),
    /** The id is deleted. Never stored: it gets a tombstone. */
    DEAD(6, "Dead"),
    /** An older producer is being fenced. Never stored: its record is that of the abort that follows. */
    PREPARE_EPOCH_FENCE(7, "PrepareEpochFence");

    private final byte id;
    private final String title;

    TransactionState(int id, String title) {
        this.id = (byte) id;
        this.title = title;
    }

    byte id() {
        return id;
    }

    /** The name that Kafka's tools show. */
    public String title() {
        return title;
    }

    /** The state with a name that Kafka's tools show, if there is one. */
    public static Optional<TransactionState> named(String title) {
        return Arrays.stream(values()).filter(s -> s.title.equals(title)).findFirst();
    }

    static TransactionState of(byte id) {
        if (id < 0 || id >= values().length) {
            throw new IllegalArgumentException("There is no transaction state " + id + ".");
        }
        return values()[id];
    }

    /** True while markers are being written: no new transaction can begin. */
    boolean isPrepared() {
        return this == PREPARE_COMMIT || this == PREPARE_ABORT;
    }

    boolean isComplete() {
        return this == COMPLETE_COMMIT || this == COMPLETE_ABORT;
    }

    /** True if no transaction is ongoing, so that the id may get another owner or be deleted. */
    boolean isIdle() {
        return this == EMPTY || isComplete();
    }
}

package io.letterbox.transactions;

import java.util.Arrays;
import java.util.Optional;

/** What a transactional id is doing, with the numbers and names that Kafka stores and shows. */
public enum TransactionState {
    /** A producer has its id and epoch, and no transaction yet. */
    EMPTY(0, "Empty"),
    /** Partitions have been added. */
    ONGOING(1, "Ongoing"),
    /** It is decided that the transaction counts; its markers are on their way. */
    PREPARE_COMMIT(2, "PrepareCommit"),
    /** It is decided that the transaction does not count; its markers are on their way. */
    PREPARE_ABORT(3, "PrepareAbort"),
    /** Every partition has its commit marker. */
    COMPLETE_COMMIT(4, "CompleteCommit"),
    /** Every partition has its abort marker. */
    COMPLETE_ABORT(5, "CompleteAbort"),
    /** The id is being forgotten. Never stored: a tombstone says it. */
    DEAD(6, "Dead"),
    /** An older producer is being shut out. Never stored: the abort that follows is the same record. */
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

    /** The state with a name that Kafka's tools show, where there is one. */
    public static Optional<TransactionState> named(String title) {
        return Arrays.stream(values()).filter(s -> s.title.equals(title)).findFirst();
    }

    static TransactionState of(byte id) {
        if (id < 0 || id >= values().length) {
            throw new IllegalArgumentException("There is no transaction state " + id + ".");
        }
        return values()[id];
    }

    /** True while markers are on their way: nothing else can begin. */
    boolean isPrepared() {
        return this == PREPARE_COMMIT || this == PREPARE_ABORT;
    }

    boolean isComplete() {
        return this == COMPLETE_COMMIT || this == COMPLETE_ABORT;
    }

    /** True where no transaction is going on, so the id may be handed on or forgotten. */
    boolean isIdle() {
        return this == EMPTY || isComplete();
    }
}

package io.letterbox.transactions;

import io.letterbox.coordinator.Ask;
import io.letterbox.record.TopicPartition;
import java.util.ArrayDeque;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/** One transactional id: what the log says about it, and what a restart forgets. */
final class Tracked {
    /** What the log says; replaced by {@link TransactionCoordinator#apply} alone. */
    Transaction transaction;

    /**
     * The epoch that the owner had before it reinitialised itself, or -1. Whoever repeats that request has it still, and is
     * given the epoch that it did not hear of (KIP-360).
     */
    short lastEpoch = -1;

    /** Questions that wait until the markers of the transaction before are written. */
    final ArrayDeque<Ask<Map<TopicPartition, Errors>>> waiting = new ArrayDeque<>();

    /** When those that wait are told to come back, while there are any. */
    long waitUntilMs;

    Tracked(Transaction transaction) {
        this.transaction = transaction;
    }

    /** When time asks for something here: an answer, an abort, or that the id is forgotten. */
    long deadlineMs(long expirationMs) {
        if (!waiting.isEmpty()) return waitUntilMs;
        if (transaction.state().isPrepared()) return Long.MAX_VALUE;
        if (transaction.state().isIdle()) return transaction.updatedMs() + expirationMs;
        return transaction.startMs() + transaction.timeoutMs();
    }
}

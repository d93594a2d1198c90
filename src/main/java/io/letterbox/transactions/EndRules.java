package io.letterbox.transactions;

import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.protocol.Errors;

/** The rules for requests to end a transaction (KIP-98, KIP-890). Pure functions. */
final class EndRules {
    /** The decision about a request. */
    enum EndDecision {
        /** Write the outcome, then the markers. */
        END,
        /** The transaction has this outcome already: repeat the answer. */
        REPEAT,
        /** The producer is not the owner of the transactional id. */
        UNKNOWN_PRODUCER(Errors.INVALID_PRODUCER_ID_MAPPING),
        /** A newer producer, or the server, has fenced the producer. */
        FENCED(Errors.PRODUCER_FENCED),
        /** The markers of the previous transaction are being written. */
        LATER(Errors.CONCURRENT_TRANSACTIONS),
        /** There is no transaction to end, or it has the other outcome. */
        IMPOSSIBLE(Errors.INVALID_TXN_STATE);

        private final Errors error;

        EndDecision() {
            this(Errors.NONE);
        }

        EndDecision(Errors error) {
            this.error = error;
        }

        Errors error() {
            return error;
        }
    }

    private EndRules() {}

    static EndDecision decide(Transaction t, EndTxnRequestData request, boolean raiseEpoch) {
        boolean repeated = t.raisesEpochs() && isRepeated(t, request);
        if (!repeated && isEarly(t, request)) return EndDecision.LATER;
        if (t.producerId() != request.producerId() && !repeated) return EndDecision.UNKNOWN_PRODUCER;
        if (!repeated && t.epoch() != request.producerEpoch()) return EndDecision.FENCED;
        if (t.raisesEpochs()) return repeated ? repeat(t, request) : decideRaisingEpoch(t, request, raiseEpoch);
        switch (t.state()) {
            case ONGOING:
                return EndDecision.END;
            case EMPTY:
                return raiseEpoch && !request.committed() ? EndDecision.END : EndDecision.IMPOSSIBLE;
            default:
                // In the older protocol a request with the same epoch may be a repetition.
                return repeat(t, request);
        }
    }

    /**
     * Whether a request repeats an earlier one. In the newer protocol, a repetition has the epoch from before the
     * outcome was decided. While a transaction is ongoing, that epoch is fenced.
     */
    private static boolean isRepeated(Transaction t, EndTxnRequestData request) {
        if (t.state().isPrepared()) {
            return t.producerId() == request.producerId() && t.epoch() == request.producerEpoch() + 1;
        }
        if (!t.state().isComplete()) return false;
        boolean raised = t.producerId() == request.producerId() && t.epoch() == request.producerEpoch() + 1;
        boolean rotated = t.previousProducerId() == request.producerId()
                && t.producerId() != request.producerId()
                && t.epoch() == 0
                && request.producerEpoch() == Transaction.LAST_EPOCH;
        return raised || rotated;
    }

    /** Whether the owner already uses its next id and epoch although the markers are not written yet. */
    private static boolean isEarly(Transaction t, EndTxnRequestData request) {
        return t.raisesEpochs()
                && t.state().isPrepared()
                && t.ownerId() == request.producerId()
                && t.ownerEpoch() == request.producerEpoch();
    }

    private static EndDecision repeat(Transaction t, EndTxnRequestData request) {
        boolean committed =
                t.state() == TransactionState.PREPARE_COMMIT || t.state() == TransactionState.COMPLETE_COMMIT;
        return committed == request.committed() ? EndDecision.REPEAT : EndDecision.IMPOSSIBLE;
    }

    private static EndDecision decideRaisingEpoch(Transaction t, EndTxnRequestData request, boolean raiseEpoch) {
        switch (t.state()) {
            case ONGOING:
                return EndDecision.END;
            case COMPLETE_COMMIT:
            case COMPLETE_ABORT:
                // The producer does not know whether its records arrived. Even if none did, an abort raises the epoch,
                // so that records in flight are refused.
                return raiseEpoch && !request.committed() ? EndDecision.END : EndDecision.IMPOSSIBLE;
            default:
                // The epochs are exhausted: the markers have an epoch that the owner never gets.
                return EndDecision.FENCED;
        }
    }
}

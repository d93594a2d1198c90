package io.letterbox.transactions;

import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.protocol.Errors;

/** What becomes of a request to end a transaction (KIP-98, KIP-890). Pure functions. */
final class EndRules {
    /** What is to be done. */
    enum Verdict {
        /** Write the decision, then the markers. */
        END,
        /** It was decided this way before: say so once more. */
        REPEAT,
        /** The producer is not the owner of the transactional id. */
        UNKNOWN_PRODUCER(Errors.INVALID_PRODUCER_ID_MAPPING),
        /** A newer producer, or the server, has taken over. */
        FENCED(Errors.PRODUCER_FENCED),
        /** The markers of the transaction before are being written. */
        LATER(Errors.CONCURRENT_TRANSACTIONS),
        /** There is nothing to end, or it was decided otherwise. */
        IMPOSSIBLE(Errors.INVALID_TXN_STATE);

        private final Errors error;

        Verdict() {
            this(Errors.NONE);
        }

        Verdict(Errors error) {
            this.error = error;
        }

        Errors error() {
            return error;
        }
    }

    private EndRules() {}

    static Verdict decide(Transaction t, EndTxnRequestData request, boolean raiseEpoch) {
        boolean repeated = t.raisesEpochs() && isRepeated(t, request);
        if (!repeated && isEarly(t, request)) return Verdict.LATER;
        if (t.producerId() != request.producerId() && !repeated) return Verdict.UNKNOWN_PRODUCER;
        if (!repeated && t.epoch() != request.producerEpoch()) return Verdict.FENCED;
        if (t.raisesEpochs()) return repeated ? repeat(t, request) : endRaising(t, request, raiseEpoch);
        switch (t.state()) {
            case ONGOING:
                return Verdict.END;
            case EMPTY:
                return raiseEpoch && !request.committed() ? Verdict.END : Verdict.IMPOSSIBLE;
            default:
                // Before epochs rose, the same epoch could mean the same request.
                return repeat(t, request);
        }
    }

    /**
     * In the newer protocol the epoch tells a repetition from the next request: the one who repeats has the epoch from
     * before its end was decided. While a transaction is going on, that epoch is a fenced one.
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

    /** The owner has been told how it goes on, and goes on before the markers are written. */
    private static boolean isEarly(Transaction t, EndTxnRequestData request) {
        return t.raisesEpochs()
                && t.state().isPrepared()
                && t.ownerId() == request.producerId()
                && t.ownerEpoch() == request.producerEpoch();
    }

    private static Verdict repeat(Transaction t, EndTxnRequestData request) {
        boolean committed =
                t.state() == TransactionState.PREPARE_COMMIT || t.state() == TransactionState.COMPLETE_COMMIT;
        return committed == request.committed() ? Verdict.REPEAT : Verdict.IMPOSSIBLE;
    }

    private static Verdict endRaising(Transaction t, EndTxnRequestData request, boolean raiseEpoch) {
        switch (t.state()) {
            case ONGOING:
                return Verdict.END;
            case COMPLETE_COMMIT:
            case COMPLETE_ABORT:
                // The producer does not know whether its records reached us. Where none did, an abort raises the epoch
                // all
                // the same, so that those under way are refused.
                return raiseEpoch && !request.committed() ? Verdict.END : Verdict.IMPOSSIBLE;
            default:
                // Markers with an epoch that its owner was not told: the epochs have run out.
                return Verdict.FENCED;
        }
    }
}

package io.letterbox.transactions;

import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.protocol.Errors;

/** The rules for InitProducerId requests with a transactional id (KIP-98, KIP-360). Pure functions. */
final class InitRules {
    /** The decision about a request. */
    sealed interface InitDecision {
        /** Refuse the request. */
        record Refuse(Errors error) implements InitDecision {}

        /** Abort the ongoing transaction; the producer has to retry. */
        record Fence() implements InitDecision {}

        /** Acquire a new producer id first. */
        record NeedProducerId() implements InitDecision {}

        /**
         * Hand the transactional id over.
         *
         * @param next the record to write
         * @param lastEpoch the epoch with which the same request would be a repetition, or -1
         */
        record Admit(Transaction next, short lastEpoch) implements InitDecision {}
    }

    private static final short NO_EPOCH = -1;

    private InitRules() {}

    /** The error of a request, independent of the state; {@code NONE} if it is valid. */
    static Errors check(InitProducerIdRequestData data, int maxTimeoutMs) {
        if (data.transactionalId().isEmpty()) return Errors.INVALID_REQUEST;
        if ((data.producerId() == Transaction.NO_ID) != (data.producerEpoch() == NO_EPOCH)) {
            return Errors.INVALID_REQUEST;
        }
        // Two-phase commit (KIP-939) is refused: it allows transactions without a timeout.
        if (data.enable2Pc() || data.keepPreparedTxn()) return Errors.UNSUPPORTED_VERSION;
        if (data.transactionTimeoutMs() <= 0 || data.transactionTimeoutMs() > maxTimeoutMs) {
            return Errors.INVALID_TRANSACTION_TIMEOUT;
        }
        return Errors.NONE;
    }

    /**
     * @param known the state of the transactional id, or null for a new one
     * @param freshId a new producer id, or -1
     */
    static InitDecision decide(TransactionalIdState known, InitProducerIdRequestData data, long freshId, long wallMs) {
        if (known == null) {
            if (freshId == Transaction.NO_ID) return new InitDecision.NeedProducerId();
            return new InitDecision.Admit(
                    Transaction.create(data.transactionalId(), freshId, data.transactionTimeoutMs(), wallMs), NO_EPOCH);
        }
        Transaction t = known.transaction;
        boolean returning = data.producerId() != Transaction.NO_ID;
        if (returning && !mayReturn(t, data)) return new InitDecision.Refuse(Errors.PRODUCER_FENCED);
        if (t.state().isPrepared()) return new InitDecision.Refuse(Errors.CONCURRENT_TRANSACTIONS);
        if (!t.state().isIdle()) {
            // An older incarnation of the producer must not abort the transaction of a newer one.
            if (returning && data.producerEpoch() != t.epoch()) return new InitDecision.Refuse(Errors.PRODUCER_FENCED);
            return new InitDecision.Fence();
        }
        if (t.isExhausted() && (!returning || data.producerEpoch() == t.epoch())) {
            if (freshId == Transaction.NO_ID) return new InitDecision.NeedProducerId();
            return admit(t, t.initialised(freshId, (short) 0, data.transactionTimeoutMs(), wallMs), returning);
        }
        if (!returning || data.producerEpoch() == t.epoch()) {
            short epoch = (short) (t.epoch() + 1);
            return admit(t, t.initialised(t.producerId(), epoch, data.transactionTimeoutMs(), wallMs), returning);
        }
        if (data.producerEpoch() != known.lastEpoch) return new InitDecision.Refuse(Errors.PRODUCER_FENCED);
        return new InitDecision.Admit(t, known.lastEpoch);
    }

    private static InitDecision admit(Transaction t, Transaction next, boolean returning) {
        // After a request of another producer, a repetition by the former owner is not accepted any more.
        return new InitDecision.Admit(next, returning ? t.epoch() : NO_EPOCH);
    }

    /**
     * A producer with an id has to be the owner, or the owner from before its epochs were exhausted (which repeats the
     * request because it missed the answer).
     */
    private static boolean mayReturn(Transaction t, InitProducerIdRequestData data) {
        return data.producerId() == t.producerId()
                || data.producerId() == t.ownerId()
                || data.producerId() == t.previousProducerId() && data.producerEpoch() >= Transaction.LAST_EPOCH;
    }
}

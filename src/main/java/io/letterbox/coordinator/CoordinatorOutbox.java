package io.letterbox.coordinator;

import io.letterbox.error.VerificationGuard;
import java.util.List;

/** Receives a core's writes, answers and effects. The shell performs them in order. */
public interface CoordinatorOutbox {
    /**
     * Appends records as one batch and hands each to {@link Coordinator#apply} before this returns, so a core sees its
     * own writes at once; they are durable before any later reply is sent.
     *
     * @throws io.letterbox.error.ApiException if the log refuses (disk full, shard failed): nothing was applied
     */
    void write(List<CoordinatorRecord> records);

    /**
     * Like {@link #write}, as a batch of a transaction: the records count when its marker comes (see
     * {@link Coordinator#applyTransactional} and {@link Coordinator#applyMarker}).
     *
     * @param guard the guard of the exception below, if the coordinator of the transaction has confirmed it since; else
     *     null
     * @throws io.letterbox.error.UnverifiedTransactionException if the partition does not know that the transaction is
     *     open (KIP-890 part 1); a core lets it pass to the sender of the command
     */
    void writeTransactional(
            long producerId, short producerEpoch, VerificationGuard guard, List<CoordinatorRecord> records);

    /** Answers a request, as soon as everything written so far is committed. */
    <R> void reply(CoordinatorRequest<R> to, R answer);

    /**
     * Performs an effect outside the partition, as soon as everything written so far is committed. If that never
     * happens, the effect is not performed: the next replay of the partition decides again.
     */
    void perform(CoordinatorEffect effect);
}

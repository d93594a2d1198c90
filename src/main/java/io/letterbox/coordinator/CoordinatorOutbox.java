package io.letterbox.coordinator;

import io.letterbox.error.VerificationGuard;
import java.util.List;

/** What a core wants done. The shell does it in order. */
public interface CoordinatorOutbox {
    /**
     * Appends records as one batch and hands each to {@link Coordinator#apply} before this returns, so a core sees its
     * own writes at once; they are durable before any later reply is let go.
     *
     * @throws io.letterbox.error.ApiException where the log refuses (disk full, shard failed): nothing was applied
     */
    void write(List<CoordinatorRecord> records);

    /**
     * Like {@link #write}, as a batch of a transaction: the records count when its marker comes (see
     * {@link Coordinator#applyTransactional} and {@link Coordinator#applyMarker}).
     *
     * @param guard what the exception below carried, where the coordinator of the transaction has confirmed it since;
     *     else null
     * @throws io.letterbox.error.UnverifiedTransactionException where the partition does not know the transaction to be
     *     going on (KIP-890 part 1); a core lets it pass to whoever asked
     */
    void writeTransactional(
            long producerId, short producerEpoch, VerificationGuard guard, List<CoordinatorRecord> records);

    /** Answers, as soon as everything that was written so far is committed. */
    <R> void reply(CoordinatorRequest<R> to, R answer);

    /**
     * Performs something outside the partition, as soon as everything that was written so far is committed; which
     * effects there are is the core's and its shell's business. Where that never comes, nothing is performed: whoever
     * replays the partition decides anew.
     */
    void perform(CoordinatorEffect effect);
}

package io.letterbox.storage;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.error.ApiException;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.Queue;

/**
 * The appends to one partition whose answers wait for its high watermark. An answer is given once everything that it
 * rests on is committed, because what is above the high watermark can still be cut: a batch waits for itself, a
 * repetition for the batch that it repeats, and a refusal for everything that was in the log when the batch was judged.
 * Owned by the shard's thread.
 */
final class PendingAppends {
    /** Batches and refusals; each waits for an offset that is not below the one before it. */
    private final ArrayDeque<PendingAppend> inOrder = new ArrayDeque<>();

    /** Repetitions of batches in flight, the lowest offset first; null until there is one, as there rarely is. */
    private PriorityQueue<PendingAppend> repetitions;

    /** Exactly one of reply and refusal is not null. */
    private record PendingAppend(long nextOffset, Appended reply, ApiException refusal, Append append)
            implements Comparable<PendingAppend> {
        void answer(Acknowledgements answers) {
            if (refusal == null) answers.add(append, reply);
            else answers.refuse(append, refusal);
        }

        @Override
        public int compareTo(PendingAppend other) {
            return Long.compare(nextOffset, other.nextOffset);
        }
    }

    /**
     * Adds a batch that is in the log now, at its end.
     *
     * @param nextOffset the offset after its last record
     */
    void add(long nextOffset, Appended reply, Append append) {
        inOrder.add(new PendingAppend(nextOffset, reply, null, append));
    }

    /**
     * Adds a batch that repeats one which is not committed yet.
     *
     * @param nextOffset the offset after the last record of the repeated batch
     */
    void addRepetition(long nextOffset, Appended reply, Append append) {
        if (repetitions == null) repetitions = new PriorityQueue<>();
        repetitions.add(new PendingAppend(nextOffset, reply, null, append));
    }

    /**
     * Adds a batch that is refused.
     *
     * @param logEndOffset the end of the log when the batch was judged
     */
    void addRefusal(long logEndOffset, ApiException refusal, Append append) {
        inOrder.add(new PendingAppend(logEndOffset, null, refusal, append));
    }

    /**
     * Answers what waits for no more than a new high watermark.
     *
     * @param answers receive the answers
     */
    void answerUpTo(long highWatermark, Acknowledgements answers) {
        answer(inOrder, highWatermark, answers);
        if (repetitions == null) return;
        answer(repetitions, highWatermark, answers);
        if (repetitions != null && repetitions.isEmpty()) repetitions = null;
    }

    private static void answer(Queue<PendingAppend> pending, long highWatermark, Acknowledgements answers) {
        while (!pending.isEmpty() && pending.peek().nextOffset <= highWatermark)
            pending.remove().answer(answers);
    }

    /** Fails what waits for no more than an offset. */
    void failUpTo(long offset, ApiException why) {
        failUpTo(inOrder, offset, why);
        if (repetitions != null) failUpTo(repetitions, offset, why);
    }

    private static void failUpTo(Queue<PendingAppend> pending, long offset, ApiException why) {
        while (!pending.isEmpty() && pending.peek().nextOffset <= offset)
            pending.remove().append.done().tryFail(why);
    }

    /** Fails all of them, because what they wait for may never be committed. */
    void failAll(ApiException why) {
        for (PendingAppend next; (next = inOrder.poll()) != null; )
            next.append.done().tryFail(why);
        if (repetitions == null) return;
        repetitions.forEach(repetition -> repetition.append.done().tryFail(why));
        repetitions = null;
    }
}

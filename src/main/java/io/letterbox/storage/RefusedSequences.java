package io.letterbox.storage;

import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicPartition;
import io.letterbox.time.Clock;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The batches of producers that this node has refused lately, by the number of their first record. A partition takes
 * any number first from a producer that it does not know, because it may have forgotten it (KIP-360). A new producer
 * with several batches in flight may have the first one refused and the second one judged a moment later, when the
 * partition is led here. If that were taken, the first one would be out of order for ever.
 *
 * <pre>
 *  producer    0..30        31..61                      0..30   31..61
 *                ▼             ▼                          ▼        ▼
 *  this node  refused  │  refused: 0 comes first        taken    taken
 *                      └─ leads from here on
 * </pre>
 *
 * <p>Only batches of producers that the partition does not know have to be looked up here. Any thread.
 */
final class RefusedSequences {
    /**
     * How long a refusal counts. What was in flight behind the batch has arrived by then: clients give up a connection
     * on which they get no answer within 30 s (request.timeout.ms), and send everything again, the first batch first.
     */
    static final long KEPT_MS = 60_000;

    /** The most refusals; when there are more, those that count are forgotten with the others. */
    static final int MAX = 10_000;

    private static final byte MAGIC = 2;

    private final Clock clock;
    private final ConcurrentHashMap<Producer, Refusal> refusals = new ConcurrentHashMap<>();
    private volatile long lastMs;

    private record Producer(TopicPartition partition, long id) {}

    /** The lowest number that was refused of an epoch, and when one was refused last. */
    private record Refusal(short epoch, int sequence, long atMs) {
        Refusal and(Refusal later) {
            if (later.epoch > epoch || later.atMs - atMs > KEPT_MS) return later;
            if (later.epoch < epoch) return this;
            return new Refusal(epoch, Math.min(sequence, later.sequence), later.atMs);
        }
    }

    RefusedSequences(Clock clock) {
        this.clock = clock;
    }

    /** True if nothing was refused lately. */
    boolean isEmpty() {
        if (refusals.isEmpty()) return true;
        long nowMs = clock.elapsedMs();
        if (nowMs - lastMs <= KEPT_MS) return false;
        forgetOld(nowMs);
        return refusals.isEmpty();
    }

    /**
     * A batch is refused that its producer may send again; to be called before the producer is told so.
     *
     * @param batch the batch at the buffer's position, which need not have been checked; the buffer is not changed
     */
    void add(TopicPartition partition, ByteBuffer batch) {
        if (batch.remaining() < RecordBatch.HEADER_BYTES) return;
        RecordBatch header = RecordBatch.of(batch);
        if (header.magic() != MAGIC || header.producerId() < 0 || header.baseSequence() < 0) return;
        long nowMs = clock.elapsedMs();
        if (refusals.size() >= MAX) makeRoom(nowMs);
        Refusal refusal = new Refusal(header.producerEpoch(), header.baseSequence(), nowMs);
        lastMs = nowMs;
        refusals.merge(new Producer(partition, header.producerId()), refusal, Refusal::and);
    }

    private void makeRoom(long nowMs) {
        forgetOld(nowMs);
        if (refusals.size() >= MAX) refusals.clear();
    }

    private void forgetOld(long nowMs) {
        refusals.values().removeIf(each -> nowMs - each.atMs > KEPT_MS);
    }

    /**
     * The number of the records that were refused and have to come before a batch of a producer that the partition does
     * not know; {@link RecordBatch#NO_SEQUENCE} if the batch may be taken.
     */
    int missingBefore(TopicPartition partition, RecordBatch batch) {
        Refusal refusal = refusals.get(new Producer(partition, batch.producerId()));
        boolean missing = refusal != null
                && refusal.epoch == batch.producerEpoch()
                && refusal.sequence < batch.baseSequence()
                && clock.elapsedMs() - refusal.atMs <= KEPT_MS;
        return missing ? refusal.sequence : RecordBatch.NO_SEQUENCE;
    }

    /** The partition knows the batch's producer from now on. */
    void remove(TopicPartition partition, RecordBatch batch) {
        refusals.remove(new Producer(partition, batch.producerId()));
    }
}

package io.letterbox.publishing;

import io.letterbox.access.Principal;
import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.Recompression;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A record batch that is being filled, and the callbacks that wait for its records. Owned by one event loop. */
final class OpenBatch {
    private static final int INITIAL_BYTES = 4_096;
    private static final int INITIAL_RUNS = 64;

    final PublishTarget target;
    final TopicPartition partition;
    private final Principal principal;
    private final IdempotentPlacement numbered;
    private final BatchBuilder builder = new BatchBuilder(INITIAL_BYTES);

    // Parallel arrays, one entry per run: the callback, its number for the run, the index of the run's first record.
    private PublishCallback[] callbacks = new PublishCallback[INITIAL_RUNS];
    private int[] runs = new int[INITIAL_RUNS];
    private int[] firsts = new int[INITIAL_RUNS];
    private int count;
    private int records;
    private long payloadBytes;

    /**
     * An empty batch.
     *
     * @param principal the publisher of all its records
     * @param numbered the one request that the batch is for, or null if it is for all requests of the principal
     */
    OpenBatch(PublishTarget target, TopicPartition partition, Principal principal, IdempotentPlacement numbered) {
        this.principal = principal;
        this.target = target;
        this.partition = partition;
        this.numbered = numbered;
    }

    /** True if the batch has room for a record; a batch without records takes any. */
    boolean fits(PendingRecord draft) {
        int limit = numbered == null ? target.batchBytes : target.topic.config().maxMessageBytes();
        return builder.recordCount() == 0 || builder.sizeInBytes() + draft.batchBytes() <= limit;
    }

    /** Adds a record and returns the number of its run. */
    int add(PendingRecord draft, PublishCallback callback) {
        ByteBuffer value =
                draft.source == null ? null : ByteBuffer.wrap(draft.source, draft.valueOffset, draft.valueLength);
        int index = builder.appendSlice(draft.timestampMs, draft.key, value, draft.headers);
        payloadBytes += draft.payloadBytes();
        if (count > 0 && callbacks[count - 1] == callback) return runs[count - 1];
        if (count == callbacks.length) grow();
        callbacks[count] = callback;
        firsts[count] = index;
        runs[count] = callback.begin(partition.partition());
        return runs[count++];
    }

    /**
     * Closes the batch and returns it as the shard expects it, compressed as the topic says.
     *
     * @throws io.letterbox.error.ApiException RECORD_TOO_LARGE if it is too large even when compressed
     */
    Append finish(Promise<Appended> done) {
        records = builder.recordCount();
        if (numbered != null) {
            ProducerIdentity claim = numbered.claim();
            builder.producer(claim.id(), claim.epoch(), claim.sequence());
        }
        return new Append(
                partition, Recompression.whole(builder.build(), target.rules), records, null, principal, done);
    }

    /** The number of records of the finished batch. */
    int records() {
        return records;
    }

    /** The sequence number of the last record of a numbered batch. */
    int lastSequence() {
        return numbered.claim().sequence() + builder.recordCount() - 1 & Integer.MAX_VALUE;
    }

    /** Bytes of keys, values and headers in this batch. */
    long payloadBytes() {
        return payloadBytes;
    }

    void acknowledge(Appended appended) {
        if (numbered != null) numbered.settled(appended.duplicate());
        for (int i = 0; i < count; i++) {
            callbacks[i].acknowledged(runs[i], appended.baseOffset() + firsts[i], appended);
        }
    }

    void fail(Throwable cause) {
        if (numbered != null) numbered.settled(false);
        for (int i = 0; i < count; i++) callbacks[i].failed(runs[i], cause);
    }

    private void grow() {
        callbacks = Arrays.copyOf(callbacks, count * 2);
        runs = Arrays.copyOf(runs, count * 2);
        firsts = Arrays.copyOf(firsts, count * 2);
    }
}

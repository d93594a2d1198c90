package io.letterbox.transactions.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.error.VerificationGuard;
import io.letterbox.log.producers.ProducerLimits;
import io.letterbox.log.producers.ProducerStateTable;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TransactionMarker;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A partition: the real states of producers, on a log that a crash truncates. */
final class SimPartition {
    private final SimWorld world;
    private final SimLog<Entry> log;
    private ProducerStateTable states = new ProducerStateTable(ProducerLimits.defaults());

    /** The records that readers of committed records have seen so far, in order. */
    private List<Integer> seen = List.of();

    /** A batch, and the value of its one record; null for a marker. */
    private record Entry(byte[] bytes, Integer value) {
        RecordBatch batch() {
            return RecordBatch.of(ByteBuffer.wrap(bytes));
        }
    }

    SimPartition(SimWorld world) {
        this.world = world;
        this.log = new SimLog<>(world);
    }

    /**
     * Appends a record of a transaction.
     *
     * @param done runs when it is committed
     * @throws io.letterbox.error.ApiException as a shard refuses
     */
    void append(SimBatch batch, VerificationGuard guard, Runnable done) {
        BatchBuilder builder = new BatchBuilder(128);
        builder.append(world.nowMs, null, new byte[1], List.of());
        ByteBuffer bytes = builder.producer(batch.producerId(), batch.epoch(), batch.sequence())
                .flags(RecordBatch.TRANSACTIONAL)
                .build();
        if (states.check(RecordBatch.of(bytes), guard, world.nowMs) == null) take(bytes, batch.value());
        log.whenCommitted(done);
    }

    void mark(long producerId, short epoch, TransactionMarker marker, Runnable done) {
        ByteBuffer bytes = marker.batch(producerId, epoch, world.nowMs);
        states.check(RecordBatch.of(bytes), null, world.nowMs);
        take(bytes, null);
        log.whenCommitted(done);
    }

    private void take(ByteBuffer bytes, Integer value) {
        RecordBatch batch = RecordBatch.of(bytes);
        batch.assign(log.entries.size(), 0);
        states.onAppended(batch, world.nowMs);
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        log.append(new Entry(copy, value));
    }

    void crash() {
        log.crash();
        states = new ProducerStateTable(ProducerLimits.defaults());
        for (Entry entry : log.entries) states.onAppended(entry.batch(), -1);
    }

    /** Reads as a consumer of committed records; records seen before must not change. */
    List<Integer> read() {
        long stable = states.stableOffset(log.committed());
        List<Integer> now = committedBelow(stable);
        assertThat(now).as("what was read once is read again").hasSizeGreaterThanOrEqualTo(seen.size());
        assertThat(now.subList(0, seen.size()))
                .as("what was read once is read again")
                .isEqualTo(seen);
        seen = now;
        return now;
    }

    private List<Integer> committedBelow(long offset) {
        Map<Long, List<Integer>> open = new HashMap<>();
        boolean[] aborted = new boolean[log.entries.size()];
        for (int at = 0; at < log.entries.size(); at++) {
            RecordBatch batch = log.entries.get(at).batch();
            TransactionMarker marker = TransactionMarker.of(batch);
            if (marker == null) {
                open.computeIfAbsent(batch.producerId(), id -> new ArrayList<>())
                        .add(at);
            } else {
                List<Integer> ended = open.remove(batch.producerId());
                if (ended != null && !marker.commit()) for (int of : ended) aborted[of] = true;
            }
        }
        List<Integer> values = new ArrayList<>();
        for (int at = 0; at < Math.min(offset, aborted.length); at++) {
            Integer value = log.entries.get(at).value();
            if (value != null && !aborted[at]) values.add(value);
        }
        return values;
    }

    /** Checks that no transaction is open. */
    void assertDecided() {
        assertThat(states.stableOffset(log.committed())).isEqualTo(log.entries.size());
    }
}

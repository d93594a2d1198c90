package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.log.AbortedView;
import io.letterbox.log.LeaderEpochCache;
import io.letterbox.log.LogRead;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.TimedRecord;
import io.letterbox.log.producers.ProducerState;
import io.letterbox.log.sim.ProducerModel;
import io.letterbox.log.sim.ProducerModel.Batch;
import io.letterbox.log.sim.ProducerModel.Event;
import io.letterbox.log.sim.ProducerModel.State;
import io.letterbox.record.RecordCursor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What was appended to one partition, and what its log has to know of it: worked out anew each time. */
final class SpeculationModel {
    private final ProducerModel past = new ProducerModel();
    private final TreeMap<Long, Stamp> stamps = new TreeMap<>();

    private record Stamp(long timestampMs, int leaderEpoch) {}

    long end() {
        return past.end();
    }

    Map<Long, State> producers() {
        return past.states();
    }

    void add(Event event, long timestampMs, int leaderEpoch) {
        past.events.add(event);
        stamps.put(event.base(), new Stamp(timestampMs, leaderEpoch));
    }

    void cut(long end) {
        past.truncate(end);
        stamps.tailMap(end).clear();
    }

    SpeculationModel copy() {
        SpeculationModel copy = new SpeculationModel();
        copy.past.events.addAll(past.events);
        copy.stamps.putAll(stamps);
        return copy;
    }

    /** Has again what was there before a cut, up to an offset. */
    void restore(SpeculationModel before, long upTo) {
        for (Event event : before.past.events) {
            if (event.base() < end() || event.next() > upTo) continue;
            Stamp stamp = before.stamps.get(event.base());
            add(event, stamp.timestampMs, stamp.leaderEpoch);
        }
    }

    /** The offset of the oldest record that is safe and not decided by what is safe. */
    long stable(long highWatermark) {
        return past.stable(highWatermark);
    }

    /** Compares with what is hosted. */
    void mustMatch(HostedPartition partition, long timestampMs, int maxBytes) throws IOException {
        PartitionLog log = partition.log();
        long safe = partition.highWatermark();
        assertThat(log.logEndOffset()).isEqualTo(end());
        assertThat(partition.recoveryPoint()).isLessThanOrEqualTo(safe);
        assertThat(epochs(log)).isEqualTo(epochs());
        producersMustMatch(log);
        long stable = stable(safe);
        assertThat(partition.stableOffset()).isEqualTo(Math.max(stable, Math.min(safe, log.logStartOffset())));
        assertThat(committed(log, stable, maxBytes)).isEqualTo(past.committed(log.logStartOffset(), stable));
        timesMustMatch(log, timestampMs, safe);
        tailMustMatch(partition, safe, maxBytes);
    }

    private void producersMustMatch(PartitionLog log) {
        past.states().forEach((id, state) -> {
            ProducerState actual = log.producers().get(id);
            assertThat(actual).as("producer " + id).isNotNull();
            assertThat(actual.epoch()).isEqualTo(state.epoch);
            assertThat(actual.coordinatorEpoch()).isEqualTo(state.coordinatorEpoch);
            assertThat(actual.transactionStart()).isEqualTo(state.transactionStart);
            assertThat(actual.batches())
                    .extracting(known -> new Batch(known.baseSequence(), known.baseOffset(), known.lastOffset()))
                    .isEqualTo(state.batches);
        });
        assertThat(log.producers().all()).hasSize(past.states().size());
    }

    private List<LeaderEpochCache.EpochEntry> epochs() {
        List<LeaderEpochCache.EpochEntry> entries = new ArrayList<>();
        stamps.forEach((base, stamp) -> {
            boolean known =
                    !entries.isEmpty() && entries.get(entries.size() - 1).epoch() == stamp.leaderEpoch;
            if (!known) entries.add(new LeaderEpochCache.EpochEntry(stamp.leaderEpoch, base));
        });
        return entries;
    }

    private static List<LeaderEpochCache.EpochEntry> epochs(PartitionLog log) {
        return log.epochs().entries();
    }

    private void timesMustMatch(PartitionLog log, long timestampMs, long safe) throws IOException {
        TimedRecord found = log.firstSince(timestampMs, safe);
        Long expected = past.events.stream()
                .filter(event -> event.marker() == null && event.next() > log.logStartOffset())
                .filter(event -> stamps.get(event.base()).timestampMs >= timestampMs)
                .map(event -> Math.max(event.base(), log.logStartOffset()))
                .filter(offset -> offset < safe)
                .findFirst()
                .orElse(null);
        assertThat(found == null ? null : found.offset()).isEqualTo(expected);
    }

    private static TreeMap<Long, String> committed(PartitionLog log, long upTo, int maxBytes) throws IOException {
        TreeMap<Long, String> found = new TreeMap<>();
        long offset = log.logStartOffset();
        while (offset < upTo) {
            AbortedView aborted = log.aborted();
            LogRead read = log.read(offset, maxBytes, upTo);
            var left = aborted.between(offset, read.nextOffset());
            try (RecordCursor cursor = new RecordCursor(read.batches(), offset, left)) {
                while (cursor.next()) found.put(cursor.offset(), text(cursor));
            }
            if (read.nextOffset() <= offset) break;
            offset = read.nextOffset();
        }
        return found;
    }

    /** What is in memory is what is on disk. */
    private void tailMustMatch(HostedPartition partition, long safe, int maxBytes) {
        for (Event event : past.events) {
            if (event.next() > safe || event.base() < partition.log().logStartOffset()) continue;
            LogRead read = partition.tail().read(event.base(), maxBytes, safe);
            if (read == null) continue;
            try (RecordCursor cursor = new RecordCursor(read.batches(), event.base())) {
                for (int index = 0; index < event.values().size(); index++) {
                    assertThat(cursor.next()).isTrue();
                    assertThat(text(cursor)).isEqualTo(event.values().get(index));
                }
            }
        }
    }

    private static String text(RecordCursor cursor) {
        return new String(cursor.value(), StandardCharsets.UTF_8);
    }
}

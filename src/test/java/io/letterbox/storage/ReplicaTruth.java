package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.Isolation;
import io.letterbox.bus.Slice;
import io.letterbox.log.LogRead;
import io.letterbox.log.producers.ProducerBatch;
import io.letterbox.log.producers.ProducerState;
import io.letterbox.log.wal.WalEntry;
import io.letterbox.record.BatchCursor;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the committed entries say, and whether replicas say the same. */
final class ReplicaTruth {
    /** What the shard's image adds to a term. */
    static final int EPOCH_BASE = 100;

    private final Map<TopicIdPartition, Log> logs = new HashMap<>();

    /** By index of an entry, where each partition ended and began after it. */
    private final List<Map<TopicIdPartition, Extent>> extents = new ArrayList<>();

    /** By index of an entry, what the first replica that had applied it knew of its producers. */
    private final Map<Long, Map<TopicIdPartition, Known>> known = new HashMap<>();

    private record Extent(long start, long end) {}

    /** Without the times of batches: a snapshot has that of a marker in their place. */
    private record Known(List<String> producers, long stableOffset) {
        static Known of(HostedPartition held) {
            List<String> producers = new ArrayList<>();
            for (ProducerState state : held.log().producers().all()) {
                StringBuilder text =
                        new StringBuilder().append(state.id()).append('/').append(state.epoch());
                text.append(" coordinator ").append(state.coordinatorEpoch());
                text.append(" open ").append(state.transactionStart());
                for (ProducerBatch batch : state.batches())
                    text.append(' ').append(batch.lastSequence()).append('@').append(batch.baseOffset());
                producers.add(text.toString());
            }
            return new Known(producers, held.log().producers().stableOffset(held.highWatermark()));
        }
    }

    /** The batches of one partition by base offset, all that there ever were. */
    private static final class Log {
        private final TreeMap<Long, byte[]> batches = new TreeMap<>();

        /** By base offset of a batch, the index of its entry. */
        private final Map<Long, Long> indexes = new HashMap<>();

        private final Set<List<Long>> sequences = new HashSet<>();
        private long start;
        private long end;
        private boolean dropped;
    }

    /** An entry is committed. */
    void committed(SimReplicatedLog.Item item) throws IOException {
        if (item.bytes() != null) {
            JournalEntryCodec.Decoded decoded =
                    JournalEntryCodec.decode(item.bytes().duplicate());
            if (decoded.term() == item.at().term())
                apply(decoded.entry(), item.at().term());
        }
        Map<TopicIdPartition, Extent> now = new HashMap<>();
        logs.forEach((key, log) -> {
            if (!log.dropped) now.put(key, new Extent(log.start, log.end));
        });
        extents.add(now);
        assertThat(extents).hasSize((int) item.at().index() + 1);
    }

    private void apply(JournalEntry entry, long term) {
        if (entry instanceof JournalEntry.Open open) {
            for (TopicIdPartition key : open.partitions().keySet()) logs.computeIfAbsent(key, k -> new Log());
        } else if (entry instanceof JournalEntry.Drop drop) {
            for (TopicIdPartition key : drop.partitions().keySet()) logs.get(key).dropped = true;
        } else if (entry instanceof JournalEntry.LogStart start) {
            Log log = logs.get(key(start.partition(), start.topicId()));
            if (!log.dropped) log.start = Math.max(log.start, start.offset());
        } else {
            for (WalEntry part : ((JournalEntry.Group) entry).parts()) add(part, EPOCH_BASE + term);
        }
    }

    private static TopicIdPartition key(TopicPartition id, java.util.UUID topicId) {
        return new TopicIdPartition(topicId, id.partition());
    }

    private void add(WalEntry part, long leaderEpoch) {
        Log log = logs.get(key(part.partition(), part.topicId()));
        if (log.dropped) return;
        for (ByteBuffer batches : part.batches()) {
            BatchCursor cursor = RecordBatch.cursor(batches.duplicate());
            while (cursor.next()) {
                RecordBatch batch = cursor.batch();
                assertThat(batch.baseOffset())
                        .as("%s goes on", part.partition())
                        .isEqualTo(log.end);
                assertThat((long) batch.leaderEpoch()).isEqualTo(leaderEpoch);
                byte[] bytes = new byte[batch.sizeInBytes()];
                batches.get(batch.position(), bytes);
                log.batches.put(log.end, bytes);
                log.indexes.put(log.end, (long) extents.size());
                log.end = batch.nextOffset();
                if (batch.producerId() < 0 || batch.baseSequence() < 0) continue;
                boolean fresh = log.sequences.add(
                        List.of(batch.producerId(), (long) batch.producerEpoch(), (long) batch.baseSequence()));
                assertThat(fresh).as("committed once").isTrue();
            }
        }
        assertThat(log.end).isEqualTo(part.nextOffset());
    }

    /** What was acknowledged has to be there. */
    void mustHold(TopicIdPartition key, long baseOffset, byte[] records) {
        byte[] there = logs.get(key).batches.get(baseOffset);
        assertThat(there).as("acknowledged at %s of %s", baseOffset, key).isNotNull();
        assertThat(tail(there)).isEqualTo(tail(records));
    }

    /** The index of the entry that has a batch. */
    long indexOf(TopicIdPartition key, long baseOffset) {
        return logs.get(key).indexes.get(baseOffset);
    }

    /** Whether a batch is somewhere in a partition. */
    boolean holds(TopicIdPartition key, byte[] batch) {
        byte[] records = tail(batch);
        return logs.get(key).batches.values().stream().anyMatch(each -> Arrays.equals(tail(each), records));
    }

    /** What the checksum covers: the rest is the leader's. */
    private static byte[] tail(byte[] batch) {
        return Arrays.copyOfRange(batch, 21, batch.length);
    }

    /** Whether a replica has what the entries say that it has applied. */
    void mustMatch(SimReplica replica, boolean whole) throws IOException {
        if (!replica.isOpen() || replica.applied() < 0) return;
        Map<TopicIdPartition, Extent> now = extents.get((int) replica.applied());
        Set<TopicIdPartition> open = new HashSet<>();
        for (HostedPartition held : replica.table().all()) {
            open.add(held.key());
            Extent extent = now.get(held.key());
            assertThat(extent).as("%s is open", held.id()).isNotNull();
            assertThat(held.highWatermark()).as("high watermark").isEqualTo(extent.end);
            assertThat(held.log().logEndOffset()).isGreaterThanOrEqualTo(extent.end);
            if (!replica.isLeader()) assertThat(held.log().logEndOffset()).isEqualTo(extent.end);
            assertThat(held.log().logStartOffset()).isLessThanOrEqualTo(extent.end);
            if (whole) mustMatch(held, extent);
        }
        assertThat(open).isEqualTo(now.keySet());
        if (replica.speculates()) return;
        Map<TopicIdPartition, Known> found = new HashMap<>();
        for (HostedPartition held : replica.table().all()) found.put(held.key(), Known.of(held));
        Map<TopicIdPartition, Known> first = known.putIfAbsent(replica.applied(), found);
        if (first != null) assertThat(found).as("producers").isEqualTo(first);
    }

    private void mustMatch(HostedPartition held, Extent extent) throws IOException {
        Log log = logs.get(held.key());
        long from = held.log().logStartOffset();
        assertThat(from).isGreaterThanOrEqualTo(extent.start);
        byte[] expected = bytes(log, from, extent.end);
        assertThat(read(held, from, extent.end))
                .as("%s from %s", held.id(), from)
                .isEqualTo(expected);
        Long base = log.batches.floorKey(Math.max(from, extent.end - 5));
        if (base == null || base < from || base >= extent.end) return;
        byte[] last = log.batches.get(base);
        assertThat(held.log().epochs().epochAt(base))
                .isEqualTo(RecordBatch.of(ByteBuffer.wrap(last)).leaderEpoch());
        Slice cached = PartitionReads.cached(held, base, 1 << 20, Isolation.UNCOMMITTED);
        if (cached == null || cached.isEmpty()) return;
        byte[] tail = new byte[cached.batches().remaining()];
        cached.batches().duplicate().get(tail);
        assertThat(tail).as("cached tail").isEqualTo(Arrays.copyOf(bytes(log, base, extent.end), tail.length));
    }

    private static byte[] bytes(Log log, long from, long end) {
        Long first = log.batches.floorKey(from);
        ByteBuffer all = ByteBuffer.allocate(1 << 22);
        if (first != null && from < end) log.batches.subMap(first, end).values().forEach(all::put);
        return Arrays.copyOf(all.array(), all.position());
    }

    private static byte[] read(HostedPartition held, long from, long end) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(1 << 22);
        for (long offset = from; offset < end; ) {
            LogRead read = held.log().read(offset, 1 << 20, end);
            all.put(read.batches().duplicate());
            offset = read.nextOffset();
        }
        return Arrays.copyOf(all.array(), all.position());
    }
}

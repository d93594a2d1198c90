package io.letterbox.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Test;

class BatchFilterTest {
    private static final long HORIZON_MS = 1_900_000_000_000L;
    private final BatchFilter filter = new BatchFilter();

    /** Each number encodes a record: whether it stays, whether it is a tombstone, its timestamp and its size. */
    @Property(tries = 300)
    void whatStaysIsAsItWasAndKafkaReadsIt(
            @ForAll @Size(min = 1, max = 30) List<@LongRange(min = 0, max = 4_000_000_000_000L) Long> seeds) {
        BatchBuilder builder = new BatchBuilder(100);
        for (long seed : seeds) {
            byte[] value = seed % 3 == 0 ? null : new byte[(int) (seed % 500)];
            builder.append(seed, key(seed), value, List.of(new RecordHeader("h", new byte[] {(byte) seed})));
        }
        ByteBuffer bytes = builder.build();
        RecordBatch batch = RecordBatch.of(bytes);
        batch.assign(1_000, 7);
        List<String> expected = new ArrayList<>();
        boolean tombstone = false;
        for (int i = 0; i < seeds.size(); i++) {
            long seed = seeds.get(i);
            if (seed % 2 == 0) continue;
            tombstone |= seed % 3 == 0;
            expected.add((1_000 + i) + "@" + seed + "=" + (seed % 3 == 0 ? -1 : seed % 500));
        }

        ByteBuffer filtered = filter.filter(
                batch,
                (offset, array, at, length, isTombstone) -> seeds.get((int) offset - 1_000) % 2 != 0,
                HORIZON_MS);

        if (expected.isEmpty()) {
            assertThat(filtered).isNull();
            return;
        }
        RecordBatch after = RecordBatch.of(filtered);
        assertThat(after.defect()).isNull();
        assertThat(after.baseOffset()).isEqualTo(1_000);
        assertThat(after.nextOffset()).isEqualTo(1_000 + seeds.size());
        assertThat(after.leaderEpoch()).isEqualTo(7);
        assertThat(after.hasDeleteHorizon()).isEqualTo(tombstone);
        if (tombstone) assertThat(after.baseTimestamp()).isEqualTo(HORIZON_MS);
        assertThat(ours(filtered)).isEqualTo(expected);
        assertThat(kafkas(filtered)).isEqualTo(expected);
    }

    @Test
    void aBatchThatLosesNothingIsNotCopied() {
        BatchBuilder builder = new BatchBuilder(100);
        builder.append(5, key(1), new byte[3], List.of());
        ByteBuffer bytes = builder.build();
        ByteBuffer filtered = filter.filter(RecordBatch.of(bytes), (o, a, k, l, t) -> true, HORIZON_MS);
        assertThat(filtered.array()).isSameAs(bytes.array());
        assertThat(filtered).isEqualTo(bytes);
    }

    @Test
    void aDeleteHorizonIsSetOnce() {
        BatchBuilder builder = new BatchBuilder(100);
        builder.append(5, key(1), null, List.of());
        ByteBuffer first = filter.filter(RecordBatch.of(builder.build()), (o, a, k, l, t) -> true, HORIZON_MS);
        ByteBuffer second = filter.filter(RecordBatch.of(first), (o, a, k, l, t) -> true, HORIZON_MS + 1);
        assertThat(RecordBatch.of(second).baseTimestamp()).isEqualTo(HORIZON_MS);
    }

    private static List<String> ours(ByteBuffer batches) {
        List<String> result = new ArrayList<>();
        RecordCursor cursor = new RecordCursor(batches, 0);
        while (cursor.next()) {
            assertThat(cursor.key()).isEqualTo(key(cursor.timestampMs()));
            assertThat(cursor.headers().get(0).value()).containsExactly((byte) cursor.timestampMs());
            result.add(cursor.offset() + "@" + cursor.timestampMs() + "=" + cursor.valueLength());
        }
        return result;
    }

    private static List<String> kafkas(ByteBuffer batches) {
        List<String> result = new ArrayList<>();
        for (MutableRecordBatch batch :
                MemoryRecords.readableRecords(batches.duplicate()).batches()) {
            batch.ensureValid();
            for (Record record : batch) {
                result.add(record.offset() + "@" + record.timestamp() + "=" + record.valueSize());
            }
        }
        return result;
    }

    private static byte[] key(long seed) {
        return Long.toString(seed).getBytes(StandardCharsets.UTF_8);
    }
}

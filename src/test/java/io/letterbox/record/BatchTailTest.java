package io.letterbox.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.error.ApiException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchTailTest {
    private static final int RECORDS = 200_000;
    private static final long BASE = 5000;

    private static ByteBuffer batch(int records, Codec codec) {
        BatchBuilder builder = new BatchBuilder(1 << 20);
        for (int i = 0; i < records; i++) {
            builder.append(1000 + i, null, new byte[] {(byte) i, (byte) (i >> 8), (byte) (i >> 16)}, List.of());
        }
        BatchRules rules = new BatchRules(
                false, false, Long.MAX_VALUE, Long.MAX_VALUE, codec, Codec.DEFAULT_LEVEL, Integer.MAX_VALUE);
        ByteBuffer batch = Recompression.whole(builder.build(), rules);
        RecordBatch.of(batch).assign(BASE, 3);
        return batch;
    }

    private static List<String> records(ByteBuffer batches, long from) {
        List<String> records = new ArrayList<>();
        try (RecordCursor cursor = new RecordCursor(batches, from)) {
            while (cursor.next()) {
                byte[] value = cursor.value();
                int number = value[0] & 0xff | (value[1] & 0xff) << 8 | (value[2] & 0xff) << 16;
                records.add(cursor.offset() + " " + cursor.timestampMs() + " " + number);
            }
        }
        return records;
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void hasTheRecordsFromTheOffsetOn(Codec codec) {
        ByteBuffer whole = batch(RECORDS, codec);
        List<String> expected = records(whole, BASE);
        for (int from : new int[] {100_000, 150_001, RECORDS - 1}) {
            assertThat(BatchTail.isDeep(whole, BASE + from)).isTrue();
            List<String> tails = new ArrayList<>();
            long next = BASE + from;
            for (int reads = 0; next < BASE + RECORDS; reads++) {
                assertThat(reads).isLessThan(6);
                ByteBuffer tail = BatchTail.of(whole, next);
                RecordBatch batch = RecordBatch.of(tail);
                assertThat(batch.isValid()).isTrue();
                assertThat(batch.compressed()).isFalse();
                assertThat(batch.leaderEpoch()).isEqualTo(3);
                assertThat(batch.recordCount()).isBetween(1, BatchTail.MAX_PASSED_RECORDS);
                assertThat(BatchTail.isDeep(tail, batch.lastOffset()))
                        .as("nobody reads it again")
                        .isFalse();
                tails.addAll(records(tail, next));
                next = RecordBatch.nextOffset(tail, -1);
            }
            assertThat(tails).isEqualTo(expected.subList(from, RECORDS));
        }
    }

    @Test
    void isNotWantedWhereLittleHasToBePassedOver() {
        ByteBuffer whole = batch(RECORDS, Codec.NONE);
        assertThat(BatchTail.isDeep(whole, BASE)).isFalse();
        assertThat(BatchTail.isDeep(whole, BASE - 1)).isFalse();
        assertThat(BatchTail.isDeep(whole, BASE + BatchTail.MAX_PASSED_RECORDS)).isFalse();
        assertThat(BatchTail.isDeep(whole, BASE + BatchTail.MAX_PASSED_RECORDS + 1))
                .isTrue();
        assertThat(BatchTail.isDeep(whole, BASE + RECORDS)).isFalse();
        ByteBuffer small = batch(1000, Codec.GZIP);
        assertThat(BatchTail.isDeep(small, BASE + 999)).isFalse();
    }

    @Test
    void findsTheBatchAmongOthers() {
        ByteBuffer first = batch(10, Codec.NONE);
        ByteBuffer second = batch(RECORDS, Codec.NONE);
        RecordBatch.of(second).assign(BASE + 10, 3);
        ByteBuffer both = ByteBuffer.allocate(first.remaining() + second.remaining());
        both.put(first.duplicate()).put(second.duplicate()).flip();
        assertThat(BatchTail.isDeep(both, BASE + 9)).isFalse();
        long last = BASE + 10 + RECORDS - 1;
        assertThat(BatchTail.isDeep(both, last)).isTrue();
        assertThat(records(BatchTail.of(both, last), 0)).hasSize(1);
    }

    @Test
    void saysWhereItCannotBeRead() {
        ByteBuffer whole = batch(RECORDS, Codec.NONE);
        long at = BASE + RECORDS - 5;
        int size = whole.remaining();
        byte[] broken = new byte[size];
        whole.duplicate().get(broken);
        // The last record's length points beyond the batch.
        broken[size - 9] = 0x7f;
        ByteBuffer damaged = ByteBuffer.wrap(broken);
        ByteBuffer tail = BatchTail.of(damaged, at);
        assertThat(records(tail, at)).hasSizeLessThan(5).isNotEmpty();
        long next = RecordBatch.nextOffset(tail, -1);
        assertThatThrownBy(() -> BatchTail.of(damaged, next)).isInstanceOf(ApiException.class);
    }
}

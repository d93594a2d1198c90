package io.letterbox.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.ByteUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests reading compressed batches; damaged ones and decompression bombs are refused without further harm. */
class CompressedBatchTest {
    private static final Set<ErrorCode> SPECIFIED = Set.of(
            ErrorCode.CORRUPT_RECORDS,
            ErrorCode.RECORD_TOO_LARGE,
            ErrorCode.INVALID_RECORD,
            ErrorCode.UNSUPPORTED_COMPRESSION);

    private static final String[] COMPRESSED = {"GZIP", "SNAPPY", "LZ4", "ZSTD"};

    private final Random random = new Random(20_261_123);

    @ParameterizedTest
    @EnumSource(value = Codec.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void recordsOfAllSizesComeOutAsTheyWentIn(Codec codec) {
        for (int round = 0; round < 50; round++) {
            List<byte[]> values = new ArrayList<>();
            int count = 1 + random.nextInt(60);
            for (int index = 0; index < count; index++) values.add(value());
            SimpleRecord[] records = values.stream()
                    .map(value -> new SimpleRecord(7, null, value))
                    .toArray(SimpleRecord[]::new);
            ByteBuffer batch = MemoryRecords.withRecords(BatchCheckTest.compression(codec), records)
                    .buffer();
            int from = random.nextInt(count);
            try (RecordCursor cursor = new RecordCursor(batch, from)) {
                for (int index = from; index < count; index++) {
                    assertThat(cursor.next()).isTrue();
                    assertThat(cursor.offset()).isEqualTo(index);
                    assertThat(cursor.value()).isEqualTo(values.get(index));
                }
                assertThat(cursor.next()).isFalse();
            }
        }
    }

    /** A value: mostly short, sometimes larger than the first buffer. */
    private byte[] value() {
        byte[] value = new byte[random.nextInt(10) == 0 ? random.nextInt(200_000) : random.nextInt(300)];
        if (random.nextBoolean()) random.nextBytes(value);
        return value;
    }

    @ParameterizedTest
    @EnumSource(value = Codec.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void compactionTakesRecordsOutAndKeepsTheRest(Codec codec) {
        ByteBuffer batch = BatchCheckTest.kafkas(codec, 500, 9);
        RecordBatch.of(batch).assign(1_000, 4);
        ByteBuffer filtered = new BatchFilter()
                .filter(RecordBatch.of(batch), (offset, a, k, l, t) -> offset % 5 == 0, BatchFilter.NO_HORIZON);
        RecordBatch after = RecordBatch.of(filtered);
        assertThat(after.defect()).isNull();
        assertThat(after.compression()).isEqualTo(codec.id());
        assertThat(after.baseOffset()).isEqualTo(1_000);
        assertThat(after.nextOffset()).isEqualTo(1_500);
        assertThat(after.recordCount()).isEqualTo(100);
        assertThat(after.leaderEpoch()).isEqualTo(4);
        MemoryRecords.readableRecords(filtered.duplicate()).records().forEach(record -> {
            assertThat(record.offset() % 5).isZero();
            assertThat(record.valueSize()).isEqualTo(("value " + (record.offset() - 1_000)).length());
        });
    }

    @Test
    void damageIsRefusedWhateverItIs() {
        int refused = 0;
        WholeCheck check = new WholeCheck();
        for (String name : COMPRESSED) {
            Codec codec = Codec.valueOf(name);
            for (int round = 0; round < 2_000; round++) {
                ByteBuffer batch = BatchCheckTest.kafkas(codec, 1 + random.nextInt(40), 9);
                int from = RecordBatch.HEADER_BYTES;
                for (int hits = 1 + random.nextInt(3); hits > 0; hits--) {
                    int at = from + random.nextInt(batch.limit() - from);
                    batch.array()[at] = (byte) random.nextInt();
                }
                if (random.nextInt(4) == 0) {
                    batch.limit(from + random.nextInt(batch.limit() - from));
                    RecordBatch.INT.set(batch.array(), RecordBatch.LENGTH_AT, batch.limit() - RecordBatch.LENGTH_FROM);
                }
                BatchCheckTest.sealed(batch);
                try {
                    check.check(batch, BatchRules.NONE, 9);
                } catch (ApiException refusal) {
                    assertThat(refusal.code()).isIn(SPECIFIED);
                    refused++;
                }
                survives(batch);
            }
        }
        assertThat(refused).isGreaterThan(4_000);
    }

    private static void survives(ByteBuffer batch) {
        try (RecordCursor cursor = new RecordCursor(batch, 0)) {
            while (cursor.next()) {
                cursor.key();
                cursor.headers();
            }
        } catch (ApiException refusal) {
            assertThat(refusal.code()).isIn(SPECIFIED);
        }
    }

    @Test
    void noiseOfAnyCodecIsRefused() {
        WholeCheck check = new WholeCheck();
        for (int round = 0; round < 4_000; round++) {
            byte[] noise = new byte[random.nextInt(400)];
            random.nextBytes(noise);
            Codec codec = Codec.of(1 + round % 4);
            ByteBuffer batch = batch(codec, noise, 1);
            assertThatThrownBy(() -> check.check(batch, BatchRules.NONE, 9))
                    .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                            .isIn(SPECIFIED));
        }
    }

    /**
     * Small valid records without end, and one record without end. Snappy cannot do it: its ratio is 22 at the most.
     */
    @ParameterizedTest
    @EnumSource(
            value = Codec.class,
            names = {"GZIP", "LZ4", "ZSTD"})
    void aBombIsRefusedBeforeItFillsTheMemory(Codec codec) throws IOException {
        // Zigzag for 15 MiB, which a record may have, and for 512 MiB, which it may not.
        byte[] allowed = {(byte) 0x80, (byte) 0x80, (byte) 0x80, 0x0f};
        byte[] forbidden = {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x04};
        for (ByteBuffer bomb : List.of(
                batch(codec, zeros(codec, 40_000), 40_000),
                batch(codec, compressed(codec, forbidden, new byte[1 << 20], 512), 1))) {
            assertThat(bomb.remaining()).isLessThan(3_000_000);
            long before = allocated();
            assertThatThrownBy(() -> new WholeCheck().check(bomb, BatchRules.NONE, 0))
                    .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                            .isEqualTo(ErrorCode.RECORD_TOO_LARGE));
            assertThat(allocated() - before).isLessThan(2 << 20);
        }
        long before = allocated();
        ByteBuffer large = batch(codec, compressed(codec, allowed, new byte[1 << 20], 15), 1);
        assertThatThrownBy(() -> new WholeCheck().check(large, BatchRules.NONE, 0))
                .isInstanceOf(ApiException.class);
        assertThat(allocated() - before).isLessThan(100 << 20);
    }

    /** A stored batch may be compressed so well that the same batch from a client would look like a bomb. */
    @Test
    void whatWasTakenCanBeReadHoweverSmallItIsKept() {
        SimpleRecord[] records = new SimpleRecord[45];
        byte[] value = new byte[1 << 20];
        for (int index = 0; index < records.length; index++) records[index] = new SimpleRecord(9, null, value);
        ByteBuffer sent = MemoryRecords.withRecords(BatchCheckTest.compression(Codec.SNAPPY), records)
                .buffer();
        BatchRules zstd = new BatchRules(
                false, false, Long.MAX_VALUE, Long.MAX_VALUE, Codec.ZSTD, Codec.DEFAULT_LEVEL, Integer.MAX_VALUE);
        ByteBuffer kept = new WholeCheck().check(sent, zstd, 9);
        assertThat(kept.remaining()).isLessThan(100_000);
        int count = 0;
        try (RecordCursor cursor = new RecordCursor(kept, 0)) {
            while (cursor.next()) count++;
        }
        assertThat(count).isEqualTo(45);
        assertThatThrownBy(() -> new WholeCheck().check(kept, BatchRules.NONE, 9))
                .isInstanceOf(ApiException.class);
    }

    /** 40 bytes that claim half a gigabyte. */
    @Test
    void aClaimOfSizeIsNotBelieved() {
        byte[] head = {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1};
        ByteBuffer longChunk = ByteBuffer.allocate(40).put(head).putInt(512 << 20);
        ByteBuffer longBlock = ByteBuffer.allocate(40).put(head).putInt(20).put(new byte[] {
            (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0x7f
        });
        ByteBuffer raw =
                ByteBuffer.allocate(40).put(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07});
        for (ByteBuffer claim : List.of(longChunk, longBlock, raw)) {
            long before = allocated();
            assertThatThrownBy(() -> new RecordCursor(batch(Codec.SNAPPY, claim.array(), 1), 0).next())
                    .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                            .isEqualTo(ErrorCode.CORRUPT_RECORDS));
            assertThat(allocated() - before).isLessThan(1 << 20);
        }
    }

    /** Records of a thousand zeros, with correct offset deltas. */
    private static byte[] zeros(Codec codec, int count) throws IOException {
        ByteBufferOutputStream target = new ByteBufferOutputStream(1 << 10);
        try (OutputStream stream = codec.compress(target, Codec.DEFAULT_LEVEL)) {
            for (int delta = 0; delta < count; delta++) {
                ByteBuffer record = ByteBuffer.allocate(1_100);
                record.put((byte) 0).put((byte) 0);
                ByteUtils.writeVarint(delta, record);
                ByteUtils.writeVarint(-1, record);
                ByteUtils.writeVarint(1_000, record);
                record.position(record.position() + 1_000).put((byte) 0);
                ByteBuffer length = ByteBuffer.allocate(5);
                ByteUtils.writeVarint(record.position(), length);
                stream.write(length.array(), 0, length.position());
                stream.write(record.array(), 0, record.position());
            }
        }
        return Arrays.copyOf(target.buffer().array(), target.position());
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static byte[] compressed(Codec codec, byte[] begin, byte[] block, int blocks) throws IOException {
        ByteBufferOutputStream target = new ByteBufferOutputStream(1 << 10);
        try (OutputStream stream = codec.compress(target, Codec.DEFAULT_LEVEL)) {
            stream.write(begin);
            for (int index = 0; index < blocks; index++) stream.write(block);
        }
        return Arrays.copyOf(target.buffer().array(), target.position());
    }

    /** A batch with a right header, whatever its records are. */
    private static ByteBuffer batch(Codec codec, byte[] records, int count) {
        ByteBuffer batch = ByteBuffer.allocate(RecordBatch.HEADER_BYTES + records.length);
        batch.put(RecordBatch.HEADER_BYTES, records);
        byte[] array = batch.array();
        RecordBatch.INT.set(array, RecordBatch.LENGTH_AT, array.length - RecordBatch.LENGTH_FROM);
        array[RecordBatch.MAGIC_AT] = 2;
        RecordBatch.SHORT.set(array, RecordBatch.ATTRIBUTES_AT, (short) codec.id());
        RecordBatch.INT.set(array, RecordBatch.LAST_DELTA_AT, count - 1);
        RecordBatch.LONG.set(array, RecordBatch.PRODUCER_ID_AT, -1L);
        RecordBatch.SHORT.set(array, RecordBatch.PRODUCER_EPOCH_AT, (short) -1);
        RecordBatch.INT.set(array, RecordBatch.COUNT_AT, count);
        return BatchCheckTest.sealed(batch);
    }
}

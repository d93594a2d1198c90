package io.letterbox.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BatchCheckTest {
    private static final long NOW_MS = 1_800_000_000_000L;

    private final WholeCheck check = new WholeCheck();

    @ParameterizedTest
    @EnumSource(Codec.class)
    void aRightBatchOfAnyCodecPassesAsItIs(Codec codec) {
        ByteBuffer batch = kafkas(codec, 100, NOW_MS);
        byte[] before = batch.array().clone();
        assertThat(check.check(batch, BatchRules.NONE, NOW_MS)).isSameAs(batch);
        assertThat(batch.array()).isEqualTo(before);
        assertThat(values(batch)).hasSize(100).startsWith("value 0").endsWith("value 99");
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void aBatchIsKeptWithTheTopicsCodec(Codec from) {
        for (Codec to : Codec.values()) {
            ByteBuffer batch = transactional(from);
            ByteBuffer kept = check.check(batch, keeping(to, 1 << 20), NOW_MS);
            RecordBatch header = RecordBatch.of(kept);
            assertThat(header.defect()).isNull();
            assertThat(header.compression()).isEqualTo(to.id());
            assertThat(header.producerId()).isEqualTo(7);
            assertThat(header.producerEpoch()).isEqualTo((short) 3);
            assertThat(header.baseSequence()).isEqualTo(40);
            assertThat(header.isTransactional()).isTrue();
            assertThat(values(kept)).isEqualTo(values(batch)).hasSize(2);
            assertThat(kafkasView(kept)).isEqualTo(kafkasView(batch)).hasSize(2);
        }
    }

    @Test
    void whatBecomesTooLargeIsRefused() {
        ByteBuffer batch = kafkas(Codec.ZSTD, 2_000, NOW_MS);
        assertThat(batch.remaining()).isLessThan(20_000);
        refused(batch, keeping(Codec.NONE, 20_000), ErrorCode.RECORD_TOO_LARGE);
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void aCompactedTopicDemandsKeys(Codec codec) {
        SimpleRecord[] records = {record(NOW_MS, "a"), new SimpleRecord(NOW_MS, null, new byte[1]), record(NOW_MS, "b")
        };
        ByteBuffer batch =
                MemoryRecords.withRecords(compression(codec), records).buffer();
        BatchRules compacted = new BatchRules(true, false, 1, 1, null, Codec.DEFAULT_LEVEL, 1 << 20);
        assertThatThrownBy(() -> check.check(batch, compacted, NOW_MS))
                .isInstanceOfSatisfying(InvalidRecordsException.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_RECORD);
                    assertThat(refusal.defects()).extracting("index").containsExactly(1);
                });
        // Defects of one batch must not affect the next.
        check.check(kafkas(codec, 3, NOW_MS), compacted, NOW_MS);
    }

    @ParameterizedTest
    @CsvSource({"-1001, true", "-1000, false", "0, false", "500, false", "501, true"})
    void timestampsLieNearThePresent(long fromNowMs, boolean refused) {
        BatchRules rules = new BatchRules(false, false, 1_000, 500, null, Codec.DEFAULT_LEVEL, 1 << 20);
        BatchRules append = new BatchRules(false, true, 1_000, 500, null, Codec.DEFAULT_LEVEL, 1 << 20);
        for (Codec codec : Codec.values()) {
            ByteBuffer batch = kafkas(codec, 3, NOW_MS + fromNowMs);
            check.check(batch, append, NOW_MS);
            if (refused) refused(batch, rules, ErrorCode.INVALID_TIMESTAMP);
            else check.check(batch, rules, NOW_MS);
        }
    }

    @Test
    void aTimestampIsNeverSoFarAwayThatItLooksNear() {
        BatchRules rules = new BatchRules(false, false, 1_000, Long.MAX_VALUE, null, Codec.DEFAULT_LEVEL, 1 << 20);
        assertThat(rules.forbidsTimestamp(Long.MIN_VALUE, NOW_MS)).isTrue();
        assertThat(rules.forbidsTimestamp(Long.MAX_VALUE, NOW_MS)).isFalse();
        assertThat(rules.forbidsTimestamp(-1, NOW_MS)).isFalse();
        BatchRules kafkas = new BatchRules(false, false, Long.MAX_VALUE, 1_000, null, Codec.DEFAULT_LEVEL, 1 << 20);
        assertThat(kafkas.forbidsTimestamp(Long.MIN_VALUE, NOW_MS)).isFalse();
        assertThat(kafkas.forbidsTimestamp(Long.MAX_VALUE, NOW_MS)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void aWrongGreatestTimestampIsSetRight(Codec codec) {
        ByteBuffer batch = kafkas(codec, 10, NOW_MS);
        RecordBatch.of(batch).setMaxTimestamp(5);
        check.check(batch, BatchRules.NONE, NOW_MS);
        assertThat(RecordBatch.of(batch).maxTimestamp()).isEqualTo(NOW_MS);
        assertThat(RecordBatch.of(batch).defect()).isNull();
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void theNumberOfRecordsIsTheOneInTheHeader(Codec codec) {
        ByteBuffer more = kafkas(codec, 10, NOW_MS);
        claim(more, 11);
        refused(more, BatchRules.NONE, ErrorCode.CORRUPT_RECORDS);
        ByteBuffer fewer = kafkas(codec, 10, NOW_MS);
        claim(fewer, 9);
        refused(fewer, BatchRules.NONE, ErrorCode.CORRUPT_RECORDS);
        ByteBuffer gap = kafkas(codec, 10, NOW_MS);
        RecordBatch.INT.set(gap.array(), RecordBatch.LAST_DELTA_AT, 20);
        refused(sealed(gap), BatchRules.NONE, ErrorCode.INVALID_RECORD);
    }

    @Test
    void whatIsTheServersOwnBusinessIsRefused() {
        ByteBuffer good = kafkas(Codec.NONE, 2, NOW_MS);
        ByteBuffer two = ByteBuffer.allocate(2 * good.remaining());
        refused(two.put(good.duplicate()).put(good.duplicate()).flip(), BatchRules.NONE, ErrorCode.INVALID_RECORD);
        refused(ByteBuffer.allocate(0), BatchRules.NONE, ErrorCode.INVALID_RECORD);
        refused(ByteBuffer.allocate(10), BatchRules.NONE, ErrorCode.CORRUPT_RECORDS);
        refused(attributes(0x20), BatchRules.NONE, ErrorCode.INVALID_RECORD);
        refused(attributes(0x40), BatchRules.NONE, ErrorCode.INVALID_RECORD);
        refused(attributes(0x10), BatchRules.NONE, ErrorCode.INVALID_RECORD);
        refused(attributes(0x08), BatchRules.NONE, ErrorCode.INVALID_TIMESTAMP);
        refused(attributes(0x05), BatchRules.NONE, ErrorCode.UNSUPPORTED_COMPRESSION);
        ByteBuffer old = kafkas(Codec.NONE, 2, NOW_MS);
        old.array()[RecordBatch.MAGIC_AT] = 1;
        refused(old, BatchRules.NONE, ErrorCode.UNSUPPORTED_FORMAT);
        ByteBuffer unnumbered = kafkas(Codec.NONE, 2, NOW_MS);
        RecordBatch.LONG.set(unnumbered.array(), RecordBatch.PRODUCER_ID_AT, 7L);
        refused(sealed(unnumbered), BatchRules.NONE, ErrorCode.INVALID_RECORD);
    }

    @Test
    void nothingIsAllocatedPerUncompressedRecord() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        BatchRules rules = new BatchRules(true, false, 1_000, 1_000, null, Codec.DEFAULT_LEVEL, 1 << 20);
        ByteBuffer one = kafkas(Codec.NONE, 1, NOW_MS);
        ByteBuffer many = kafkas(Codec.NONE, 5_000, NOW_MS);
        for (int round = 0; round < 200; round++) {
            check.check(one, rules, NOW_MS);
            check.check(many, rules, NOW_MS);
        }
        long[] bytes = new long[2];
        for (int which = 0; which < 2; which++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int round = 0; round < 100; round++) check.check(which == 0 ? one : many, rules, NOW_MS);
            bytes[which] = threads.getCurrentThreadAllocatedBytes() - before;
        }
        // A checksum object for each batch; one byte for each record would be 500,000.
        assertThat(bytes[0]).isLessThan(50_000);
        assertThat(bytes[1]).isLessThan(bytes[0] + 50_000);
    }

    /** Many small records, and a few large ones: both are checked in slices, whatever the topic's codec is. */
    @ParameterizedTest
    @EnumSource(Codec.class)
    void aLargeBatchIsCheckedInSlices(Codec codec) {
        int count = 3 * TimeSlice.RECORDS;
        ByteBuffer many = kafkas(codec, count, NOW_MS);
        check.check(many, BatchRules.NONE, NOW_MS);
        assertThat(check.slices).isGreaterThanOrEqualTo(3);

        Codec other = codec == Codec.LZ4 ? Codec.GZIP : Codec.LZ4;
        int checked = check.slices;
        ByteBuffer kept = check.check(many, keeping(other, 64 << 20), NOW_MS);
        assertThat(check.slices).isGreaterThanOrEqualTo(checked + 3);
        assertThat(values(kept)).hasSize(count).startsWith("value 0").endsWith("value " + (count - 1));

        ByteBuffer one = kafkas(codec, 1, NOW_MS);
        check.check(one, BatchRules.NONE, NOW_MS);
        assertThat(check.slices).isEqualTo(1);
    }

    @Test
    void aSliceEndsAfterSoManyBytesOfACodec() {
        SimpleRecord[] records = new SimpleRecord[40];
        byte[] value = new byte[TimeSlice.BYTES / 4];
        for (int index = 0; index < records.length; index++) records[index] = new SimpleRecord(NOW_MS, null, value);
        ByteBuffer batch =
                MemoryRecords.withRecords(compression(Codec.SNAPPY), records).buffer();
        check.check(batch, BatchRules.NONE, NOW_MS);
        assertThat(check.slices).isBetween(9, 40);
    }

    @Test
    void anotherCheckMayBeginWhereOneWasGivenUp() {
        BatchCheck reused = new BatchCheck();
        ByteBuffer large = kafkas(Codec.GZIP, 3 * TimeSlice.RECORDS, NOW_MS);
        reused.begin(large, keeping(Codec.ZSTD, 64 << 20), NOW_MS);
        assertThat(reused.continueCheck()).isNull();
        ByteBuffer small = kafkas(Codec.NONE, 2, NOW_MS);
        reused.begin(small, BatchRules.NONE, NOW_MS);
        assertThat(reused.continueCheck()).isSameAs(small);
    }

    private static ByteBuffer attributes(int bits) {
        ByteBuffer batch = kafkas(Codec.NONE, 2, NOW_MS);
        RecordBatch.SHORT.set(batch.array(), RecordBatch.ATTRIBUTES_AT, (short) bits);
        return sealed(batch);
    }

    private static void claim(ByteBuffer batch, int records) {
        RecordBatch.INT.set(batch.array(), RecordBatch.COUNT_AT, records);
        RecordBatch.INT.set(batch.array(), RecordBatch.LAST_DELTA_AT, records - 1);
        sealed(batch);
    }

    /** Updates the checksum. */
    static ByteBuffer sealed(ByteBuffer batch) {
        RecordBatch.INT.set(
                batch.array(), RecordBatch.CRC_AT, RecordBatch.of(batch).checksum());
        return batch;
    }

    private void refused(ByteBuffer batch, BatchRules rules, ErrorCode code) {
        assertThatThrownBy(() -> check.check(batch, rules, NOW_MS))
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(code));
    }

    private static BatchRules keeping(Codec codec, int maxBytes) {
        return new BatchRules(false, false, Long.MAX_VALUE, Long.MAX_VALUE, codec, Codec.DEFAULT_LEVEL, maxBytes);
    }

    private static ByteBuffer transactional(Codec codec) {
        SimpleRecord[] records = {record(NOW_MS, "a"), new SimpleRecord(NOW_MS + 1, "b".getBytes(), null)};
        return MemoryRecords.withRecords(
                        (byte) 2, 0, compression(codec), TimestampType.CREATE_TIME, 7, (short) 3, 40, -1, true, records)
                .buffer();
    }

    static ByteBuffer kafkas(Codec codec, int count, long timestampMs) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int index = 0; index < count; index++) records[index] = record(timestampMs, "value " + index);
        return MemoryRecords.withRecords(compression(codec), records).buffer();
    }

    private static SimpleRecord record(long timestampMs, String value) {
        return new SimpleRecord(timestampMs, "key".getBytes(), value.getBytes());
    }

    static Compression compression(Codec codec) {
        return Compression.of(CompressionType.forId(codec.id())).build();
    }

    private static List<String> values(ByteBuffer batches) {
        List<String> values = new ArrayList<>();
        try (RecordCursor cursor = new RecordCursor(batches, 0)) {
            while (cursor.next()) {
                values.add(cursor.value() == null ? null : new String(cursor.value(), StandardCharsets.UTF_8));
            }
        }
        return values;
    }

    private static List<String> kafkasView(ByteBuffer batches) {
        List<String> records = new ArrayList<>();
        for (Record record : MemoryRecords.readableRecords(batches.duplicate()).records()) {
            records.add(
                    record.offset() + "@" + record.timestamp() + " " + record.sequence() + " " + record.valueSize());
        }
        return records;
    }
}

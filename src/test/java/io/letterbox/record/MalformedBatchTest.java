package io.letterbox.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.arbitraries.ListArbitrary;

/** For any bytes the result is a defect or one of two errors; never another exception, never a long loop. */
class MalformedBatchTest {
    private static final Set<ErrorCode> SPECIFIED =
            Set.of(ErrorCode.CORRUPT_RECORDS, ErrorCode.UNSUPPORTED_COMPRESSION, ErrorCode.RECORD_TOO_LARGE);

    private static final Set<ErrorCode> REFUSED = Set.of(
            ErrorCode.CORRUPT_RECORDS,
            ErrorCode.UNSUPPORTED_COMPRESSION,
            ErrorCode.RECORD_TOO_LARGE,
            ErrorCode.UNSUPPORTED_FORMAT,
            ErrorCode.INVALID_RECORD,
            ErrorCode.INVALID_TIMESTAMP);

    @Provide
    static net.jqwik.api.Arbitrary<List<KafkaFormatTest.Event>> events() {
        return ((ListArbitrary<KafkaFormatTest.Event>) KafkaFormatTest.events()).ofMaxSize(6);
    }

    @Property(tries = 1000)
    void everyFlippedBitIsSeen(@ForAll @From("events") List<KafkaFormatTest.Event> events, @ForAll int where) {
        ByteBuffer batch = KafkaFormatTest.build(events);
        int bit = Math.floorMod(where, batch.remaining() * 8);
        batch.array()[bit / 8] ^= (byte) (1 << bit % 8);
        boolean assigned = bit / 8 < 8 || bit / 8 >= 12 && bit / 8 < 16;
        // The checksum does not cover offset and leader epoch, which the leader sets.
        if (!assigned) assertThat(RecordBatch.of(batch).defect()).isNotNull();
        survives(batch);
    }

    @Property(tries = 1000)
    void damageBehindARightChecksumIsSpecified(
            @ForAll @From("events") List<KafkaFormatTest.Event> events, @ForAll int[] wheres, @ForAll byte with) {
        ByteBuffer batch = KafkaFormatTest.build(events);
        int from = RecordBatch.ATTRIBUTES_AT;
        for (int where : wheres) batch.array()[from + Math.floorMod(where, batch.remaining() - from)] = with;
        RecordBatch.INT.set(
                batch.array(), RecordBatch.CRC_AT, RecordBatch.of(batch).checksum());
        survives(batch);
    }

    @Property(tries = 500)
    void aCutBatchIsSpecified(@ForAll @From("events") List<KafkaFormatTest.Event> events, @ForAll int length) {
        ByteBuffer batch = KafkaFormatTest.build(events);
        batch.limit(Math.floorMod(length, batch.remaining()));
        if (batch.hasRemaining()) assertThat(RecordBatch.of(batch).defect()).isNotNull();
        survives(batch);
    }

    @Property(tries = 1000)
    void noiseIsSpecified(@ForAll byte[] noise, @ForAll boolean looksRight) {
        byte[] bytes = Arrays.copyOf(noise, noise.length + RecordBatch.HEADER_BYTES);
        if (looksRight) {
            bytes[RecordBatch.MAGIC_AT] = 2;
            RecordBatch.INT.set(bytes, RecordBatch.LENGTH_AT, bytes.length - RecordBatch.LENGTH_FROM);
        }
        survives(ByteBuffer.wrap(bytes));
    }

    @Example
    void aBatchWithoutRecordsIsNotForDoors() {
        BatchBuilder builder = new BatchBuilder(0);
        builder.append(1, null, new byte[] {1}, List.of());
        ByteBuffer batch = builder.build();
        RecordBatch.INT.set(batch.array(), RecordBatch.COUNT_AT, 0);
        RecordBatch.INT.set(
                batch.array(), RecordBatch.CRC_AT, RecordBatch.of(batch).checksum());
        assertThat(RecordBatch.of(batch).defect()).isNull();
        assertThatThrownBy(() -> new WholeCheck().check(batch, BatchRules.NONE, 0))
                .hasMessageContaining("numbered");
        assertThatThrownBy(() -> new BatchBuilder(10).build()).isInstanceOf(IllegalStateException.class);
    }

    private static void survives(ByteBuffer batch) {
        try {
            new WholeCheck().check(batch.duplicate(), BatchRules.NONE, 0);
            assertThat(RecordBatch.of(batch).defect()).isNull();
        } catch (ApiException refusal) {
            assertThat(refusal.code()).isIn(REFUSED);
        }
        try {
            RecordCursor cursor = new RecordCursor(batch, 0);
            while (cursor.next()) {
                cursor.key();
                cursor.value();
                cursor.headers();
            }
        } catch (ApiException refusal) {
            assertThat(refusal.code()).isIn(SPECIFIED);
        }
        try {
            RecordBatch.nextOffset(batch, 0);
        } catch (ApiException refusal) {
            assertThat(refusal.code()).isIn(SPECIFIED);
        }
    }
}

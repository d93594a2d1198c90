package io.letterbox.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Utils;

/** Compares Letterbox's batches with those of kafka-clients, in both directions. */
class KafkaFormatTest {
    @Property(tries = 300)
    void kafkaReadsWhatWeBuild(@ForAll("events") List<Event> events, @ForAll long baseOffset) {
        long base = baseOffset & 0xffff_ffff_ffffL;
        ByteBuffer built = build(events);
        RecordBatch ours = RecordBatch.of(built);
        ours.assign(base, 7);
        assertThat(ours.defect()).isNull();

        MutableRecordBatch batch =
                MemoryRecords.readableRecords(built.duplicate()).batchIterator().next();
        batch.ensureValid();
        assertThat(batch.sizeInBytes()).isEqualTo(built.remaining()).isEqualTo(ours.sizeInBytes());
        assertThat(batch.lastOffset()).isEqualTo(base + events.size() - 1).isEqualTo(ours.lastOffset());
        assertThat(batch.partitionLeaderEpoch()).isEqualTo(7).isEqualTo(ours.leaderEpoch());
        assertThat(batch.maxTimestamp()).isEqualTo(ours.maxTimestamp());
        assertThat(batch.countOrNull()).isEqualTo(events.size());
        assertThat(batch.producerId()).isEqualTo(-1);
        int index = 0;
        for (Record record : batch) {
            assertThat(record.offset()).isEqualTo(base + index);
            assertThat(eventOf(record)).isEqualTo(events.get(index++).text());
        }
        assertThat(index).isEqualTo(events.size());
    }

    @Property(tries = 300)
    void weReadWhatKafkaBuilds(@ForAll("events") List<Event> events, @ForAll long baseOffset) {
        long base = baseOffset & 0xffff_ffff_ffffL;
        SimpleRecord[] records = events.stream().map(Event::forKafka).toArray(SimpleRecord[]::new);
        MemoryRecords built = MemoryRecords.withRecords(
                (byte) 2, base, Compression.NONE, TimestampType.CREATE_TIME, 12L, (short) 3, 44, 9, true, records);
        ByteBuffer bytes = built.buffer();
        RecordBatch batch = RecordBatch.of(bytes);
        assertThat(batch.defect()).isNull();
        assertThat(batch.producerId()).isEqualTo(12);
        assertThat(batch.producerEpoch()).isEqualTo((short) 3);
        assertThat(batch.baseSequence()).isEqualTo(44);
        assertThat(batch.leaderEpoch()).isEqualTo(9);
        assertThat(batch.isTransactional()).isTrue();
        assertThat(batch.isControl()).isFalse();
        assertThat(texts(bytes, 0))
                .containsExactlyElementsOf(events.stream().map(Event::text).toList());
        int skipped = events.size() / 2;
        assertThat(texts(bytes, base + skipped))
                .hasSize(events.size() - skipped)
                .isEqualTo(events.stream().skip(skipped).map(Event::text).toList());
    }

    @Property(tries = 100)
    void kafkaAcceptsATimeOfAppend(@ForAll("events") List<Event> events) {
        ByteBuffer built = build(events);
        RecordBatch.of(built).stampAppendTime(1_234_567L);
        assertThat(RecordBatch.of(built).defect()).isNull();
        MutableRecordBatch batch =
                MemoryRecords.readableRecords(built.duplicate()).batchIterator().next();
        batch.ensureValid();
        assertThat(batch.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(batch).allSatisfy(record -> assertThat(record.timestamp()).isEqualTo(1_234_567L));
        RecordCursor cursor = new RecordCursor(built, 0);
        while (cursor.next()) assertThat(cursor.timestampMs()).isEqualTo(1_234_567L);
    }

    @Property(tries = 300)
    void keysGoWhereKafkaSendsThem(@ForAll byte[] key, @ForAll int salt) {
        int partitions = 1 + Math.floorMod(salt, 1000);
        assertThat(Partitioner.forKey(key, partitions))
                .isEqualTo(BuiltInPartitioner.partitionForKey(key, partitions))
                .isEqualTo(Utils.toPositive(Utils.murmur2(key)) % partitions);
    }

    /** One record as a property draws it. */
    record Event(long timestampMs, byte[] key, byte[] value, List<io.letterbox.record.RecordHeader> headers) {
        SimpleRecord forKafka() {
            Header[] kafka = headers.stream()
                    .map(header -> new RecordHeader(header.key(), header.value()))
                    .toArray(Header[]::new);
            return new SimpleRecord(timestampMs, key, value, kafka);
        }

        String text() {
            StringBuilder text = new StringBuilder();
            headers.forEach(
                    header -> text.append('|').append(header.key()).append('=').append(hex(header.value())));
            return timestampMs + " " + hex(key) + " " + hex(value) + text;
        }
    }

    static ByteBuffer build(List<Event> events) {
        BatchBuilder builder = new BatchBuilder(1);
        int index = 0;
        for (Event event : events) {
            int given = index % 2 == 0
                    ? builder.append(event.timestampMs, event.key, event.value, event.headers)
                    : appendPart(builder, event);
            assertThat(given).isEqualTo(index++);
        }
        assertThat(builder.recordCount()).isEqualTo(events.size());
        int size = builder.sizeInBytes();
        ByteBuffer built = builder.build();
        assertThat(built.remaining()).isEqualTo(size);
        return built;
    }

    private static int appendPart(BatchBuilder builder, Event event) {
        if (event.value == null) return builder.appendSlice(event.timestampMs, event.key, null, event.headers);
        byte[] wide = new byte[event.value.length + 9];
        System.arraycopy(event.value, 0, wide, 4, event.value.length);
        return builder.appendSlice(
                event.timestampMs, event.key, ByteBuffer.wrap(wide, 4, event.value.length), event.headers);
    }

    private static List<String> texts(ByteBuffer batches, long fromOffset) {
        List<String> texts = new ArrayList<>();
        RecordCursor cursor = new RecordCursor(batches, fromOffset);
        while (cursor.next()) {
            assertThat(cursor.headerCount()).isEqualTo(cursor.headers().size());
            texts.add(new Event(cursor.timestampMs(), cursor.key(), cursor.value(), cursor.headers()).text());
        }
        return texts;
    }

    private static String eventOf(Record record) {
        StringBuilder text = new StringBuilder();
        for (Header header : record.headers()) {
            text.append('|').append(header.key()).append('=').append(hex(header.value()));
        }
        byte[] key = record.hasKey() ? Utils.toArray(record.key()) : null;
        byte[] value = record.hasValue() ? Utils.toArray(record.value()) : null;
        return record.timestamp() + " " + hex(key) + " " + hex(value) + text;
    }

    private static String hex(byte[] bytes) {
        return bytes == null ? "null" : java.util.HexFormat.of().formatHex(bytes);
    }

    @Provide
    static Arbitrary<List<Event>> events() {
        Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
        Arbitrary<io.letterbox.record.RecordHeader> header = Combinators.combine(
                        Arbitraries.strings().excludeChars('\ud800').ascii().ofMaxLength(20), bytes.injectNull(0.2))
                .as(io.letterbox.record.RecordHeader::new);
        Arbitrary<io.letterbox.record.RecordHeader> named = Arbitraries.of("content-type", "größe", "鍵", "😀")
                .map(name -> new io.letterbox.record.RecordHeader(name, new byte[3]));
        return Combinators.combine(
                        Arbitraries.longs().between(0, 4_000_000_000_000L),
                        bytes.injectNull(0.3),
                        bytes.injectNull(0.1),
                        Arbitraries.oneOf(header, named).list().ofMaxSize(4))
                .as(Event::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(80);
    }
}

package io.letterbox.kafka;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;

/** Random frames that the protocol allows: every API and version, with random fields. */
final class RandomFrames {
    private static final int MOST_ELEMENTS = 3;
    private static final int MOST_BYTES = 40;
    static final int BOMB_BYTES = 64 << 20;

    /** The frequent APIs, which make up half of the frames. */
    private static final List<ApiKeys> OFTEN =
            List.of(ApiKeys.PRODUCE, ApiKeys.FETCH, ApiKeys.LIST_OFFSETS, ApiKeys.METADATA);

    private static final List<ApiKeys> ALL =
            Arrays.stream(ApiKeys.values()).filter(ApiKeys::hasValidVersion).toList();

    /** In a batch: the position of the checksum, and the first byte that it covers. */
    private static final int CRC_AT = 17;

    private static final int COVERED_FROM = 21;

    private static final List<String> NAMES = List.of(
            "t", "t", "u", "", "g", "consumer", "range", "retention.ms", "__consumer_offsets", "no such/topic", "*");

    private final Random random;

    /** The topic that fetches may name. */
    private final Uuid topicId;

    RandomFrames(Random random, Uuid topicId) {
        this.random = random;
        this.topicId = topicId;
    }

    /** A valid frame, without its length. */
    byte[] next() {
        ApiKeys api =
                random.nextBoolean() ? OFTEN.get(random.nextInt(OFTEN.size())) : ALL.get(random.nextInt(ALL.size()));
        Schema[] versions = api.messageType.requestSchemas();
        int version = api.oldestVersion() + random.nextInt(api.latestVersion(true) - api.oldestVersion() + 1);
        return frame(api, (short) version, struct(versions[version]));
    }

    private byte[] frame(ApiKeys api, short version, Struct body) {
        RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(api.id)
                .setRequestApiVersion(version)
                .setCorrelationId(random.nextInt())
                .setClientId(random.nextInt(5) == 0 ? null : name());
        ByteBuffer head = MessageUtil.toByteBufferAccessor(header, api.requestHeaderVersion(version))
                .buffer();
        ByteBuffer frame = ByteBuffer.allocate(head.remaining() + body.sizeOf()).put(head);
        body.writeTo(frame);
        return frame.array();
    }

    private Struct struct(Schema schema) {
        Struct struct = new Struct(schema);
        for (BoundField field : schema.fields()) struct.set(field, value(field.def.type));
        return struct;
    }

    private Object value(Type type) {
        if (type.isNullable() && random.nextInt(6) == 0) return null;
        if (type instanceof Schema schema) return struct(schema);
        if (type instanceof TaggedFields tagged) return tagged(tagged);
        if (type.isArray()) return array(type);
        String kind = ((Type.DocumentedType) type).typeName();
        if (kind.endsWith("STRING")) return name();
        if (kind.endsWith("RECORDS")) return records();
        if (kind.endsWith("BYTES")) return ByteBuffer.wrap(bytes());
        return switch (kind) {
            case "BOOLEAN" -> random.nextBoolean();
            case "INT8" -> (byte) number();
            case "INT16" -> (short) number();
            case "UINT16" -> (int) number() & 0xffff;
            case "INT32" -> (int) number();
            case "UINT32" -> number() & 0xffff_ffffL;
            case "INT64" -> number();
            case "UUID" -> random.nextBoolean() ? topicId : new Uuid(random.nextLong(), random.nextLong());
            case "FLOAT64" -> random.nextDouble();
            default -> object(type, kind);
        };
    }

    /** A nullable struct has a marker before its fields, and is handled as a struct all the same. */
    private static Object object(Type type, String kind) {
        if (type.isNullable()) return null;
        throw new AssertionError("no values for " + kind);
    }

    private Object tagged(TaggedFields tagged) {
        TreeMap<Integer, Object> values = new TreeMap<>();
        tagged.fields().forEach((tag, field) -> put(values, tag, field));
        return values;
    }

    private void put(TreeMap<Integer, Object> values, int tag, Field field) {
        if (random.nextInt(3) > 0) return;
        Object value = value(field.type);
        if (value != null) values.put(tag, value);
    }

    private Object array(Type type) {
        Type element = type.arrayElementType().orElseThrow();
        Object[] values = new Object[random.nextInt(MOST_ELEMENTS + 1)];
        for (int i = 0; i < values.length; i++) values[i] = value(element);
        return values;
    }

    private String name() {
        if (random.nextInt(20) > 0) return NAMES.get(random.nextInt(NAMES.size()));
        return new String(bytes(), StandardCharsets.ISO_8859_1);
    }

    private byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(MOST_BYTES)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Mostly small ones: existing partitions, error codes, counts; else any number, and the limits of every range. */
    private long number() {
        return switch (random.nextInt(8)) {
            case 0 -> random.nextLong();
            case 1 -> random.nextBoolean() ? Long.MAX_VALUE : Long.MIN_VALUE;
            case 2 -> random.nextBoolean() ? Integer.MAX_VALUE : Integer.MIN_VALUE;
            case 3 -> -1;
            default -> random.nextInt(5) - 1;
        };
    }

    private MemoryRecords records() {
        CompressionType codec = CompressionType.values()[random.nextInt(CompressionType.values().length)];
        int count = 1 + random.nextInt(3);
        MemoryRecordsBuilder batch = builder(codec, 256);
        for (int i = 0; i < count; i++) {
            batch.append(random.nextInt(Integer.MAX_VALUE), random.nextBoolean() ? null : bytes(), bytes());
        }
        MemoryRecords records = batch.build();
        if (random.nextInt(3) == 0) spoil(records.buffer());
        return records;
    }

    /** Spoils a batch behind its checksum, and corrects the checksum, so that only reading the batch can find it. */
    private void spoil(ByteBuffer batch) {
        for (int i = random.nextInt(4); i >= 0; i--) {
            batch.put(COVERED_FROM + random.nextInt(batch.limit() - COVERED_FROM), (byte) random.nextInt());
        }
        CRC32C crc = new CRC32C();
        crc.update(batch.duplicate().position(COVERED_FROM));
        batch.putInt(CRC_AT, (int) crc.getValue());
    }

    /**
     * A Produce request of some kilobytes that contains one record of {@value #BOMB_BYTES} zeros, by each codec in
     * turn.
     */
    byte[] bomb(int number) {
        List<CompressionType> codecs =
                List.of(CompressionType.GZIP, CompressionType.SNAPPY, CompressionType.LZ4, CompressionType.ZSTD);
        MemoryRecordsBuilder batch = builder(codecs.get(number % codecs.size()), 1 << 20);
        batch.append(System.currentTimeMillis(), null, new byte[BOMB_BYTES]);
        ProduceRequestData request = Produces.to(
                new TopicProduceData().setName("t"), 0, batch.build().buffer());
        byte[] framed = FrameClient.frame(ApiKeys.PRODUCE, 9, number, request);
        return Arrays.copyOfRange(framed, Integer.BYTES, framed.length);
    }

    private MemoryRecordsBuilder builder(CompressionType codec, int bytes) {
        boolean idempotent = random.nextInt(3) == 0;
        return MemoryRecords.builder(
                ByteBuffer.allocate(bytes),
                RecordBatch.CURRENT_MAGIC_VALUE,
                Compression.of(codec).build(),
                TimestampType.CREATE_TIME,
                0,
                0,
                idempotent ? random.nextInt(3) : RecordBatch.NO_PRODUCER_ID,
                idempotent ? (short) random.nextInt(2) : RecordBatch.NO_PRODUCER_EPOCH,
                idempotent ? random.nextInt(3) : RecordBatch.NO_SEQUENCE,
                idempotent && random.nextBoolean(),
                false,
                0);
    }
}

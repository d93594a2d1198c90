package io.letterbox.groups;

import io.letterbox.coordinator.CoordinatorRecord;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;

/**
 * Encodes and decodes records of {@code __consumer_offsets} as Kafka's own coordinator does; kafka-dump-log reads them.
 *
 * <pre>
 *  ┌─────────────┬──────────────────────┐   ┌─────────────┬──────────────────────────────────────┐
 *  │ record type │ key, schema version 0│   │ version     │ value, in that version of its schema │
 *  │ int16       │ (the type's own)     │   │ int16       │ (null: a tombstone)                  │
 *  └─────────────┴──────────────────────┘   └─────────────┴──────────────────────────────────────┘
 * </pre>
 */
public final class GroupRecords {
    private GroupRecords() {}

    /** A record with a value in a version of its schema. */
    public static CoordinatorRecord of(ApiMessage key, ApiMessage value, int version) {
        return new CoordinatorRecord(
                MessageUtil.toCoordinatorTypePrefixedBytes(key),
                MessageUtil.toVersionPrefixedBytes((short) version, value));
    }

    /** A tombstone for a key. */
    public static CoordinatorRecord tombstone(ApiMessage key) {
        return new CoordinatorRecord(MessageUtil.toCoordinatorTypePrefixedBytes(key), null);
    }

    /** The record's type: the {@code id} of a {@link CoordinatorRecordType}, or an unknown one. */
    public static short typeOf(CoordinatorRecord record) {
        return ByteBuffer.wrap(record.key()).getShort();
    }

    /** Reads a record's key into a new message of its type. */
    public static <K extends ApiMessage> K key(CoordinatorRecord record, K into) {
        into.read(new ByteBufferAccessor(ByteBuffer.wrap(record.key(), 2, record.key().length - 2)), (short) 0);
        return into;
    }

    /** Reads a record's value into a new message of its type; null for a tombstone. */
    public static <V extends ApiMessage> V value(CoordinatorRecord record, V into) {
        if (record.value() == null) return null;
        ByteBuffer bytes = ByteBuffer.wrap(record.value());
        short version = bytes.getShort();
        into.read(new ByteBufferAccessor(bytes), version);
        return into;
    }
}

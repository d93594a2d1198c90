package io.letterbox.cluster.forwarding;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;

/**
 * Writes values as their declared types say, and reads them the same way. Only types are followed that the code
 * declares, so no bytes can have an object of another class made.
 *
 * <pre>
 * int, long…      big endian                        boolean   int8, 0 or 1
 * reference       int8: 0 null, 1 present; then
 *   String        int32 bytes, UTF-8                byte[], ByteBuffer   int32 bytes
 *   UUID, Uuid    two int64                         enum      int16, the constant's place
 *   List, Set     int32 elements, each as a value   Map       int32 entries, key and value of each
 *   record        its components in their order     message of Kafka's protocol   its fields by name
 * </pre>
 *
 * <p>Two nodes understand each other if their types have the same {@link #fingerprint}: a CRC-32C over all names and
 * types, which the receiver compares before it reads.
 */
final class ValueCodec {
    private final ValueShapes.Shape shape;
    private final String text;

    ValueCodec(java.lang.reflect.Type type) {
        this.shape = ValueShapes.of(type);
        this.text = shape.text();
    }

    void write(Buffer out, Object value) {
        shape.write(out, value);
    }

    Object read(Input in) {
        return shape.read(in);
    }

    /** What the bytes depend on. */
    String text() {
        return text;
    }

    /** The fingerprint of several codecs together. */
    static int fingerprint(ValueCodec... codecs) {
        CRC32C crc = new CRC32C();
        for (ValueCodec codec : codecs) crc.update(codec.text.getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }

    static void writeBytes(Buffer out, byte[] bytes) {
        out.appendInt(bytes.length).appendBytes(bytes);
    }

    static void writeString(Buffer out, String text) {
        writeBytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads a buffer from its beginning, and nothing beyond its end. Used by one thread. */
    static final class Input {
        private final Buffer buffer;
        private int position;

        Input(Buffer buffer) {
            this.buffer = buffer;
        }

        private int take(int bytes) {
            if (bytes < 0 || bytes > buffer.length() - position) throw damaged("it breaks off");
            int at = position;
            position += bytes;
            return at;
        }

        byte int8() {
            return buffer.getByte(take(Byte.BYTES));
        }

        boolean bool() {
            byte value = int8();
            if (value != 0 && value != 1) throw damaged("a flag is " + value);
            return value == 1;
        }

        short int16() {
            return buffer.getShort(take(Short.BYTES));
        }

        int int32() {
            return buffer.getInt(take(Integer.BYTES));
        }

        long int64() {
            return buffer.getLong(take(Long.BYTES));
        }

        byte[] bytes() {
            int length = int32();
            int at = take(length);
            return buffer.getBytes(at, at + length);
        }

        String string() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        UUID uuid() {
            return new UUID(int64(), int64());
        }

        Uuid kafkaUuid() {
            return new Uuid(int64(), int64());
        }

        ByteBuffer byteBuffer() {
            return ByteBuffer.wrap(bytes());
        }

        /** The number of elements that follow, each of at least a byte. */
        int count() {
            int count = int32();
            if (count < 0 || count > buffer.length() - position) throw damaged("it has " + count + " elements");
            return count;
        }

        /** Everything has to be read. */
        void end() {
            if (position != buffer.length()) throw damaged(buffer.length() - position + " bytes are left over");
        }
    }

    static ApiException damaged(String why) {
        return new ApiException(ErrorCode.INVALID_REQUEST, "What another node has sent cannot be read: " + why + ".");
    }
}

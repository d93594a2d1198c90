package io.letterbox.cluster.copy;

import io.vertx.core.buffer.Buffer;
import java.util.zip.CRC32C;

/**
 * Requests and answers of a copy as bytes, in network byte order; each is the body of a request between nodes or of its
 * answer.
 *
 * <pre>
 * 0  u8  version, 1
 * 1  u8  type
 *
 * type       what follows
 * 1 PIN      i32 shard   i64 least index   i64 copy
 * 2 READ     i64 copy    i32 file (-1 the manifest)   i64 offset   i32 length
 * 3 RELEASE  i64 copy
 *
 * 1 PINNED   i64 copy    i64 bytes of the manifest
 * 2 RANGE    u8 ends (0, 1)   u32 CRC-32C of the bytes   … bytes to the end
 * 3 RELEASED
 * </pre>
 */
public final class CopyCodec {
    private static final int VERSION = 1;
    private static final int PIN = 1;
    private static final int READ = 2;
    private static final int RELEASE = 3;
    private static final int HEAD_BYTES = 2;
    private static final int RANGE_HEAD_BYTES = 7;

    private CopyCodec() {}

    public static Buffer encode(CopyRequest request) {
        if (request instanceof CopyRequest.Pin pin) {
            return head(PIN).appendInt(pin.shard()).appendLong(pin.leastIndex()).appendLong(pin.copy());
        }
        if (request instanceof CopyRequest.Read read) {
            return head(READ)
                    .appendLong(read.copy())
                    .appendInt(read.file())
                    .appendLong(read.offset())
                    .appendInt(read.length());
        }
        return head(RELEASE).appendLong(((CopyRequest.Release) request).copy());
    }

    /**
     * Decodes a request.
     *
     * @throws IllegalArgumentException if these bytes are none, with a sentence that says why
     */
    public static CopyRequest decodeRequest(Buffer bytes) {
        try {
            switch (type(bytes)) {
                case PIN:
                    return new CopyRequest.Pin(bytes.getInt(2), bytes.getLong(6), bytes.getLong(14));
                case READ:
                    return read(bytes);
                case RELEASE:
                    return new CopyRequest.Release(bytes.getLong(2));
                default:
                    throw unknown(bytes);
            }
        } catch (IndexOutOfBoundsException early) {
            throw early(early);
        }
    }

    private static CopyRequest read(Buffer bytes) {
        CopyRequest.Read read =
                new CopyRequest.Read(bytes.getLong(2), bytes.getInt(10), bytes.getLong(14), bytes.getInt(22));
        boolean fits = read.length() >= 1 && read.length() <= CopyPlan.RANGE_BYTES;
        if (!fits || read.offset() < 0 || read.file() < CopyRequest.Read.MANIFEST)
            throw new IllegalArgumentException("There is no such range: " + read + ".");
        return read;
    }

    public static Buffer encode(CopyAnswer answer) {
        if (answer instanceof CopyAnswer.Pinned pinned)
            return head(PIN).appendLong(pinned.copy()).appendLong(pinned.manifestBytes());
        if (answer instanceof CopyAnswer.Range range) {
            return head(READ)
                    .appendByte((byte) (range.ends() ? 1 : 0))
                    .appendInt(crc(range.bytes()))
                    .appendBuffer(range.bytes());
        }
        return head(RELEASE);
    }

    /**
     * Decodes an answer.
     *
     * @throws IllegalArgumentException if these bytes are none, or were changed on their way, with a sentence that says
     *     why
     */
    public static CopyAnswer decodeAnswer(Buffer bytes) {
        try {
            switch (type(bytes)) {
                case PIN:
                    return new CopyAnswer.Pinned(bytes.getLong(2), bytes.getLong(10));
                case READ:
                    Buffer range = bytes.getBuffer(RANGE_HEAD_BYTES, bytes.length());
                    if (bytes.getInt(3) != crc(range))
                        throw new IllegalArgumentException("A part of a copy was changed on its way.");
                    return new CopyAnswer.Range(bytes.getByte(2) != 0, range);
                case RELEASE:
                    return new CopyAnswer.Released();
                default:
                    throw unknown(bytes);
            }
        } catch (IndexOutOfBoundsException early) {
            throw early(early);
        }
    }

    private static Buffer head(int type) {
        return Buffer.buffer(32).appendByte((byte) VERSION).appendByte((byte) type);
    }

    private static int type(Buffer bytes) {
        if (bytes.length() < HEAD_BYTES) throw new IndexOutOfBoundsException(bytes.length());
        if (bytes.getUnsignedByte(0) != VERSION) {
            throw new IllegalArgumentException("The other node copies in version " + bytes.getUnsignedByte(0)
                    + ", and this node knows version " + VERSION + ".");
        }
        return bytes.getUnsignedByte(1);
    }

    private static IllegalArgumentException unknown(Buffer bytes) {
        return new IllegalArgumentException("A copy knows nothing of type " + bytes.getUnsignedByte(1) + ".");
    }

    private static IllegalArgumentException early(IndexOutOfBoundsException cause) {
        return new IllegalArgumentException("What belongs to a copy ends too early.", cause);
    }

    private static int crc(Buffer bytes) {
        CRC32C crc = new CRC32C();
        byte[] covered = bytes.getBytes();
        crc.update(covered, 0, covered.length);
        return (int) crc.getValue();
    }
}

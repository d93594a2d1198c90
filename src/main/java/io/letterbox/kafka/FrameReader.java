package io.letterbox.kafka;

import io.letterbox.record.Varint;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.Readable;

/**
 * Reads one frame for the generated message classes. They ask {@link #remaining()} before they allocate a list, and
 * allocate as many elements as the frame announces; an element can take a hundred times the byte that announces it. So
 * this class counts the fields and fails a request that has more of them than any real one.
 */
final class FrameReader implements Readable {
    /** The most fields of a request; a Produce request with 4096 topics of 30 partitions has half as many. */
    static final int MAX_FIELDS = 1_000_000;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] frame;
    private int position;
    private int fieldsLeft;
    private boolean cutShort;

    /** @param frame a whole frame without its length; not modified from now on */
    FrameReader(byte[] frame) {
        this(frame, MAX_FIELDS);
    }

    /** @param maxFields the most fields to read */
    FrameReader(byte[] frame, int maxFields) {
        this.frame = frame;
        this.fieldsLeft = maxFields;
    }

    /** Whether reading may have failed only because there were too many fields. */
    boolean isCutShort() {
        return cutShort;
    }

    @Override
    public byte readByte() {
        return frame[take(Byte.BYTES)];
    }

    @Override
    public short readShort() {
        return (short) SHORT.get(frame, take(Short.BYTES));
    }

    @Override
    public int readInt() {
        return (int) INT.get(frame, take(Integer.BYTES));
    }

    @Override
    public long readLong() {
        return (long) LONG.get(frame, take(Long.BYTES));
    }

    @Override
    public double readDouble() {
        return Double.longBitsToDouble(readLong());
    }

    @Override
    public byte[] readArray(int length) {
        int at = take(length);
        return Arrays.copyOfRange(frame, at, at + length);
    }

    /** A slice of the frame; keeping it keeps the whole frame in memory. */
    @Override
    public ByteBuffer readByteBuffer(int length) {
        return ByteBuffer.wrap(frame, take(length), length).slice();
    }

    @Override
    public int readUnsignedVarint() {
        return (int) varint(Varint.MAX_INT_BYTES);
    }

    @Override
    public int readVarint() {
        return Varint.unzigzag(readUnsignedVarint());
    }

    @Override
    public long readVarlong() {
        return Varint.unzigzag(varint(Varint.MAX_LONG_BYTES));
    }

    private long varint(int maxBytes) {
        int length = Varint.length(frame, position, frame.length, maxBytes);
        if (length == Varint.OVERLONG) throw new InvalidRequestException("a number does not end");
        if (length == Varint.BROKEN_OFF) {
            position = frame.length;
            take(Byte.BYTES);
        }
        // Each byte of a number counts as a field.
        fieldsLeft -= length - 1;
        return Varint.get(frame, take(length), length);
    }

    /** The most elements that a list may announce: the bytes that are left, or the fields that may still be read. */
    @Override
    public int remaining() {
        if (fieldsLeft < frame.length - position) cutShort = true;
        return Math.min(frame.length - position, fieldsLeft);
    }

    /** The bytes that have not been read. */
    int unread() {
        return frame.length - position;
    }

    @Override
    public Readable slice() {
        FrameReader rest = new FrameReader(frame, fieldsLeft);
        rest.position = position;
        return rest;
    }

    private int take(int length) {
        if (length < 0 || length > frame.length - position) {
            throw new InvalidRequestException(
                    "a field of " + length + " bytes is announced where " + unread() + " are left");
        }
        if (--fieldsLeft < 0) {
            cutShort = true;
            throw new InvalidRequestException("it has more than " + MAX_FIELDS + " fields");
        }
        int at = position;
        position += length;
        return at;
    }
}

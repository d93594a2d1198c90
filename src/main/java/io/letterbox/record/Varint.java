package io.letterbox.record;

/**
 * Numbers of variable length (unsigned LEB128, as in Protocol Buffers): seven bits a byte, the lowest first.
 *
 * <pre>
 *  ┌───┬──────────┐┌───┬───────────┐   ┌───┬──────────┐
 *  │ 1 │ bits 0-6 ││ 1 │ bits 7-13 │...│ 0 │ the rest │     1: another byte follows
 *  └───┴──────────┘└───┴───────────┘   └───┴──────────┘
 * </pre>
 *
 * Signed numbers are zigzag-coded first: 0, -1, 1, -2 become 0, 1, 2, 3. Reading takes two steps, {@link #length} and
 * {@link #get}, because each format has its own error for a number that breaks off or does not end. A number with more
 * bytes than it needs is accepted.
 */
public final class Varint {
    /** The maximal length of a number of 32 bits. */
    public static final int MAX_INT_BYTES = 5;

    /** The maximal length of a number of 64 bits. */
    public static final int MAX_LONG_BYTES = 10;

    /** The maximal length of an offset, which has 63 bits. */
    public static final int MAX_OFFSET_BYTES = 9;

    /** The result of {@link #length} if the bytes end within the number. */
    public static final int BROKEN_OFF = 0;

    /** The result of {@link #length} if the number has more bytes than it may have. */
    public static final int OVERLONG = -1;

    /** A consumer of single bytes. */
    @FunctionalInterface
    public interface Sink {
        void writeByte(byte value);
    }

    private Varint() {}

    /** The zigzag code of a signed number of 32 bits, as an unsigned number. */
    public static long zigzag(int value) {
        return (value << 1 ^ value >> 31) & 0xffffffffL;
    }

    /** The zigzag code of a signed number of 64 bits. */
    public static long zigzag(long value) {
        return value << 1 ^ value >> 63;
    }

    /** The inverse of {@link #zigzag(int)}. */
    public static int unzigzag(int bits) {
        return bits >>> 1 ^ -(bits & 1);
    }

    /** The inverse of {@link #zigzag(long)}. */
    public static long unzigzag(long bits) {
        return bits >>> 1 ^ -(bits & 1);
    }

    /** The length of a number when it is written, 1 to {@link #MAX_LONG_BYTES}. */
    public static int sizeOf(long bits) {
        return Math.max(1, (70 - Long.numberOfLeadingZeros(bits)) / 7);
    }

    /**
     * Writes a number to an array.
     *
     * @param at the index of its first byte; there has to be room for {@link #sizeOf} bytes
     * @return the index behind its last byte
     */
    public static int put(byte[] array, int at, long bits) {
        int next = at;
        long rest = bits;
        while ((rest & ~0x7fL) != 0) {
            array[next++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[next++] = (byte) rest;
        return next;
    }

    /** Writes a number to a sink. */
    public static void write(long bits, Sink sink) {
        long rest = bits;
        while ((rest & ~0x7fL) != 0) {
            sink.writeByte((byte) (rest | 0x80));
            rest >>>= 7;
        }
        sink.writeByte((byte) rest);
    }

    /**
     * The length of the number that begins at an index.
     *
     * @param end the index behind the last byte that may be read
     * @param maxBytes the maximal length
     * @return 1 to {@code maxBytes}, {@link #BROKEN_OFF} or {@link #OVERLONG}
     */
    public static int length(byte[] array, int at, int end, int maxBytes) {
        for (int index = 0; index < maxBytes; index++) {
            if (at + index >= end) return BROKEN_OFF;
            if (array[at + index] >= 0) return index + 1;
        }
        return OVERLONG;
    }

    /** Reads a number whose {@link #length} is known; bits beyond the 64th are dropped. */
    public static long get(byte[] array, int at, int length) {
        long bits = 0;
        for (int index = 0; index < length; index++) bits |= (array[at + index] & 0x7fL) << 7 * index;
        return bits;
    }
}

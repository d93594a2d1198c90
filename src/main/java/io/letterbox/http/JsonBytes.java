package io.letterbox.http;

import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * A growing array into which the hot paths write JSON: without a tree, a string or an object per value. Checks nothing:
 * the caller is responsible for commas and braces. Owned by one thread.
 */
public final class JsonBytes {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_LONG_DIGITS = 20;
    private static final int MAX_ESCAPE_BYTES = 6;
    private static final int WORTH_A_COPY_BYTES = 4_096;
    private static final int MAX_ARRAY_BYTES = Integer.MAX_VALUE - 8;

    private byte[] array;
    private int length;

    /** @param initialBytes the initial capacity; at least 1 */
    public JsonBytes(int initialBytes) {
        array = new byte[initialBytes];
    }

    /** The array that begins with the written bytes; replaced when it grows. */
    public byte[] array() {
        return array;
    }

    /** The number of written bytes. */
    public int length() {
        return length;
    }

    /** Discards what was written and keeps the capacity. */
    public void clear() {
        length = 0;
    }

    /** Discards what was written beyond a length. */
    public void truncate(int toLength) {
        length = toLength;
    }

    /** Reduces the capacity to the length, if that saves enough to be worth a copy. */
    public void trim() {
        if (array.length - length > WORTH_A_COPY_BYTES) array = Arrays.copyOf(array, length);
    }

    /** A copy of the written bytes. */
    public Buffer copy() {
        return BufferInternal.buffer(Unpooled.wrappedBuffer(Arrays.copyOf(array, length)));
    }

    /** The written bytes without a copy; nothing may be written afterwards. */
    public Buffer take() {
        return BufferInternal.buffer(Unpooled.wrappedBuffer(array, 0, length));
    }

    /** Writes one ASCII character without escaping. */
    public JsonBytes ascii(char c) {
        ensure(1);
        array[length++] = (byte) c;
        return this;
    }

    /** Writes ASCII text without escaping. */
    @SuppressWarnings("deprecation") // Copies the low bytes of the characters: exactly ASCII, without an encoder.
    public JsonBytes ascii(String text) {
        ensure(text.length());
        text.getBytes(0, text.length(), array, length);
        length += text.length();
        return this;
    }

    /** Writes bytes without escaping. */
    public JsonBytes raw(byte[] source, int offset, int count) {
        ensure(count);
        System.arraycopy(source, offset, array, length, count);
        length += count;
        return this;
    }

    /** Writes an integer. */
    public JsonBytes number(long value) {
        if (value < 0) return ascii(Long.toString(value));
        ensure(MAX_LONG_DIGITS);
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) digits++;
        int at = length + digits;
        length = at;
        long rest = value;
        do {
            array[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
        return this;
    }

    /** Writes text as a JSON string with its quotes. */
    public JsonBytes string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return string(utf8, 0, utf8.length);
    }

    /** Writes valid UTF-8 as a JSON string with its quotes. */
    public JsonBytes string(byte[] utf8, int offset, int count) {
        ensure(count + 2);
        array[length++] = '"';
        int end = offset + count;
        int from = offset;
        for (int i = offset; i < end; i++) {
            byte b = utf8[i];
            // Bytes of multi-byte characters are negative and need no escape.
            if (b >= 0 && (b < 0x20 || b == '"' || b == '\\' || b == 0x7f)) {
                raw(utf8, from, i - from);
                escape(b);
                from = i + 1;
            }
        }
        raw(utf8, from, end - from);
        return ascii('"');
    }

    /** Writes bytes as a JSON string of base64 (RFC 4648 section 4, with padding) with its quotes. */
    public JsonBytes base64(byte[] source, int offset, int count) {
        byte[] exact =
                offset == 0 && count == source.length ? source : Arrays.copyOfRange(source, offset, offset + count);
        byte[] encoded = Base64.getEncoder().encode(exact);
        return ascii('"').raw(encoded, 0, encoded.length).ascii('"');
    }

    private void escape(byte b) {
        ensure(MAX_ESCAPE_BYTES);
        array[length++] = '\\';
        switch (b) {
            case '"', '\\' -> array[length++] = b;
            case '\n' -> array[length++] = 'n';
            case '\r' -> array[length++] = 'r';
            case '\t' -> array[length++] = 't';
            default -> {
                array[length++] = 'u';
                array[length++] = '0';
                array[length++] = '0';
                array[length++] = HEX[b >> 4];
                array[length++] = HEX[b & 15];
            }
        }
    }

    private void ensure(int more) {
        if (array.length - length >= more) return;
        long wanted = Math.max((long) length + more, array.length * 2L);
        if ((long) length + more > MAX_ARRAY_BYTES) throw new IllegalStateException("more than 2 GiB of JSON");
        array = Arrays.copyOf(array, (int) Math.min(wanted, MAX_ARRAY_BYTES));
    }
}

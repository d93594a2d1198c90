package io.letterbox.http;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Decodes percent sequences (RFC 3986 section 2.1) to UTF-8, strictly: broken sequences are refused, not kept or
 * dropped.
 */
public final class Percent {
    private Percent() {}

    /**
     * Decodes part of a path.
     *
     * @throws ApiException INVALID_REQUEST for a broken sequence or bytes that are not UTF-8
     */
    public static String decodePath(String text) {
        return decode(text, 0, text.length(), false);
    }

    /** Decodes part of a query, where a plus sign stands for a space. */
    static String decodeForm(String text, int from, int to) {
        return decode(text, from, to, true);
    }

    /**
     * Decodes the value of an HTTP header to bytes, such as CloudEvents' (HTTP binding 1.0, section 3.1.3.2). Bytes
     * outside ASCII that are not encoded are kept.
     *
     * @param name of the header, for the error
     * @param value with one character per byte, as headers are decoded
     * @throws ApiException INVALID_REQUEST for a broken sequence
     */
    public static byte[] decodeHeader(String name, String value) {
        byte[] raw = value.getBytes(StandardCharsets.ISO_8859_1);
        int length = 0;
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] == '%') {
                int decoded = hex(value, i, value.length());
                if (decoded < 0) {
                    throw refused("A percent sign in the header " + name
                            + " is not followed by two hexadecimal digits; write it as %25.");
                }
                raw[length++] = (byte) decoded;
                i += 2;
            } else {
                raw[length++] = raw[i];
            }
        }
        return length == raw.length ? raw : Arrays.copyOf(raw, length);
    }

    private static String decode(String text, int from, int to, boolean plusIsSpace) {
        if (isPlain(text, from, to, plusIsSpace)) return text.substring(from, to);
        ByteBuffer bytes = ByteBuffer.allocate(to - from);
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int decoded = hex(text, i, to);
                if (decoded < 0) {
                    throw refused("A percent sign in the URI is not followed by two hexadecimal digits.");
                }
                bytes.put((byte) decoded);
                i += 2;
            } else if (c == '+' && plusIsSpace) {
                bytes.put((byte) ' ');
            } else if (c < 0x80) {
                bytes.put((byte) c);
            } else {
                throw refused("The URI has characters outside ASCII; write them as percent sequences of UTF-8.");
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw refused("The percent sequences in the URI are not UTF-8.");
        }
    }

    /** The byte of a percent sequence, or -1 if it is not one. */
    private static int hex(String text, int at, int end) {
        if (at + 2 >= end || text.charAt(at + 1) >= 0x80 || text.charAt(at + 2) >= 0x80) return -1;
        int high = Character.digit(text.charAt(at + 1), 16);
        int low = Character.digit(text.charAt(at + 2), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static boolean isPlain(String text, int from, int to, boolean plusIsSpace) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c == '%' || c >= 0x80 || c == '+' && plusIsSpace) return false;
        }
        return true;
    }

    private static ApiException refused(String detail) {
        return new ApiException(ErrorCode.INVALID_REQUEST, detail);
    }
}

package io.letterbox.http;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Decodes percent sequences (RFC 3986 section 2.1) to UTF-8, strictly: nothing is guessed and nothing is dropped. */
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

    private static String decode(String text, int from, int to, boolean plusIsSpace) {
        if (isPlain(text, from, to, plusIsSpace)) return text.substring(from, to);
        ByteBuffer bytes = ByteBuffer.allocate((to - from) * 3);
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int high = i + 2 < to ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = high >= 0 ? Character.digit(text.charAt(i + 2), 16) : -1;
                if (low < 0 || text.charAt(i + 1) >= 0x80 || text.charAt(i + 2) >= 0x80) {
                    throw refused("A percent sign in the URI is not followed by two hexadecimal digits.");
                }
                bytes.put((byte) (high << 4 | low));
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

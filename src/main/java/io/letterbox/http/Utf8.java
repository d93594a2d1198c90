package io.letterbox.http;

/** Validates UTF-8. */
public final class Utf8 {
    private Utf8() {}

    /**
     * True if bytes are well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing above
     * U+10FFFF.
     */
    public static boolean isValid(byte[] bytes, int offset, int count) {
        int end = offset + count;
        int i = offset;
        while (i < end) {
            if (bytes[i] >= 0) {
                i++;
                continue;
            }
            int size = sequenceSize(bytes, i, end);
            if (size == 0) return false;
            i += size;
        }
        return true;
    }

    /** The length of the well-formed sequence of two to four bytes at an index, or 0 if there is none. */
    private static int sequenceSize(byte[] bytes, int at, int end) {
        int lead = bytes[at] & 0xff;
        if (lead < 0xc2 || lead > 0xf4) return 0;
        int size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if (end - at < size) return 0;
        int second = bytes[at + 1] & 0xff;
        int low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        int high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (second < low || second > high) return 0;
        for (int i = 2; i < size; i++) {
            if ((bytes[at + i] & 0xc0) != 0x80) return 0;
        }
        return size;
    }
}

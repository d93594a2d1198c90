package io.letterbox.rest;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.Percent;
import io.letterbox.http.Utf8;
import java.nio.charset.StandardCharsets;

/**
 * The text of an HTTP header on its way into a record, where text is UTF-8. Clients write their headers in UTF-8 (curl, most
 * libraries) or in ISO 8859-1 (browsers, which refuse everything else); and in the notation of RFC 8187, which is ASCII,
 * anything can be written.
 */
final class HeaderText {
    /** The only character set that RFC 8187 section 3.2.1 asks for. */
    private static final String CHARSET = "UTF-8'";

    private HeaderText() {}

    /**
     * The UTF-8 of a header's value.
     *
     * @param value with one character per byte, as headers are read
     */
    static byte[] utf8(String value) {
        return utf8(value.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The UTF-8 of a header's value in one of the two character sets. */
    static byte[] utf8(byte[] value) {
        if (Utf8.isValid(value, 0, value.length)) return value;
        return new String(value, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The UTF-8 that an extended value stands for, such as {@code UTF-8''na%C3%AFve} (RFC 8187 section 3.2).
     *
     * @param name of the header, for the refusal
     * @throws ApiException INVALID_REQUEST where it is none
     */
    static byte[] extended(String name, String value) {
        int language =
                value.regionMatches(true, 0, CHARSET, 0, CHARSET.length()) ? value.indexOf('\'', CHARSET.length()) : -1;
        if (language >= 0) {
            byte[] bytes = Percent.decodeHeader(name, value.substring(language + 1));
            if (Utf8.isValid(bytes, 0, bytes.length)) return bytes;
        }
        throw new ApiException(
                ErrorCode.INVALID_REQUEST,
                "The value of the header " + name + " has to be written as RFC 8187 says, such as UTF-8''na%C3%AFve,"
                        + " because the header's name ends with an asterisk.");
    }
}

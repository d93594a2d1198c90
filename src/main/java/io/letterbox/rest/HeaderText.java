package io.letterbox.rest;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.Percent;
import io.letterbox.http.Utf8;
import java.nio.charset.StandardCharsets;

/**
 * Converts the text of an HTTP header for a record, whose text is UTF-8. Clients send headers in UTF-8 (curl, most
 * libraries) or in ISO 8859-1 (browsers, which refuse all other characters); the notation of RFC 8187, which is ASCII,
 * can express any text.
 */
final class HeaderText {
    /** The only character set that RFC 8187 section 3.2.1 requires. */
    private static final String CHARSET = "UTF-8'";

    private HeaderText() {}

    /**
     * The UTF-8 of a header's value.
     *
     * @param value with one character per byte, as headers are decoded
     */
    static byte[] utf8(String value) {
        return utf8(value.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The UTF-8 of a header's value in either character set. */
    static byte[] utf8(byte[] value) {
        if (Utf8.isValid(value, 0, value.length)) return value;
        return new String(value, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The UTF-8 of an extended value, such as {@code UTF-8''na%C3%AFve} (RFC 8187 section 3.2).
     *
     * @param name of the header, for the error
     * @throws ApiException INVALID_REQUEST if the value is not of this form
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

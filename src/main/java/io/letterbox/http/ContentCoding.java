package io.letterbox.http;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.zip.DataFormatException;

/**
 * The compression of a request's body (RFC 9110, section 8.4.1). A body is decompressed when it is complete; the
 * {@link Output} counts the bytes and may refuse more at any time, so that a few bytes cannot fill the memory.
 */
public enum ContentCoding {
    GZIP,
    /** The zlib format (RFC 1950), as the specification says, or raw deflate (RFC 1951), as some clients send it. */
    DEFLATE,
    ZSTD;

    /** Receives the decompressed bytes, part by part. */
    @FunctionalInterface
    public interface Output {
        /**
         * Takes the first bytes of an array, which is reused afterwards.
         *
         * @throws ApiException if no more bytes are accepted
         */
        void take(byte[] bytes, int count);
    }

    static final int PART_BYTES = 16 << 10;

    /**
     * Reads the header {@code Content-Encoding}, which may be repeated and names the codings in the order in which they
     * were applied; a single compression is supported.
     *
     * @param before the coding of an earlier header of this name, or null
     * @param header the header's value
     * @return null if the body is not compressed
     * @throws ApiException UNSUPPORTED_CONTENT_CODING
     */
    public static ContentCoding of(ContentCoding before, String header) {
        ContentCoding coding = before;
        for (String written : header.split(",")) {
            String name = written.strip().toLowerCase(Locale.ROOT);
            if (name.isEmpty() || name.equals("identity")) continue;
            if (coding != null) throw refused("A body that was compressed twice is not understood; once is enough.");
            coding = named(name);
        }
        return coding;
    }

    private static ContentCoding named(String name) {
        for (ContentCoding coding : values()) {
            if (coding.isThere() && (coding.word().equals(name) || ("x-" + coding.word()).equals(name))) return coding;
        }
        String shown = name.length() <= 80 ? name : name.substring(0, 80) + "…";
        throw refused("The Content-Encoding '" + shown + "' is not understood; understood are " + accepted() + ".");
    }

    private static ApiException refused(String detail) {
        return new ApiException(ErrorCode.UNSUPPORTED_CONTENT_CODING, detail);
    }

    /** The supported codings, for a refusal's {@code Accept-Encoding} (RFC 9110, section 12.5.3). */
    static String accepted() {
        StringBuilder names = new StringBuilder("identity");
        for (ContentCoding coding : values())
            if (coding.isThere()) names.append(", ").append(coding.word());
        return names.toString();
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    private boolean isThere() {
        return this != ZSTD || Codec.ZSTD.absence() == null;
    }

    /**
     * Decompresses a whole body. Takes time in proportion to the output, so large bodies are not for event loops.
     *
     * @throws ApiException INVALID_REQUEST if the body is not in this format, and what the output throws
     */
    public void decode(byte[] array, int offset, int length, Output out) {
        try {
            if (length == 0) throw new DataFormatException("it is empty");
            switch (this) {
                case GZIP -> new Inflation(array, offset, length, out).gzip();
                case DEFLATE -> new Inflation(array, offset, length, out).deflate();
                case ZSTD -> zstd(ByteBuffer.wrap(array, offset, length).slice(), out);
            }
        } catch (DataFormatException | IOException malformed) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "The body is not the " + word() + " that Content-Encoding promises: " + malformed.getMessage()
                            + ".");
        }
    }

    private static void zstd(ByteBuffer compressed, Output out) throws IOException {
        byte[] part = new byte[PART_BYTES];
        try (InputStream in = Codec.ZSTD.open(compressed)) {
            for (int count = in.read(part); count > 0; count = in.read(part)) out.take(part, count);
        }
    }
}

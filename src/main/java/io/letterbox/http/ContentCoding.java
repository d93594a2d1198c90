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
 * How the body of a request is compressed (RFC 9110, section 8.4.1). It is decompressed when it is whole; whoever takes what
 * comes out counts it, and may refuse more at any time, so that a few bytes cannot fill the memory.
 */
public enum ContentCoding {
    GZIP,
    /** As it should be, in the format of zlib (RFC 1950), or as some send it, without (RFC 1951). */
    DEFLATE,
    ZSTD;

    /** Takes what comes out, part by part. */
    @FunctionalInterface
    public interface Output {
        /**
         * Takes the first bytes of an array, which is used again.
         *
         * @throws ApiException where no more may come
         */
        void take(byte[] bytes, int count);
    }

    static final int PART_BYTES = 16 << 10;

    /**
     * Reads the header {@code Content-Encoding}, which may come several times and names the codings in the order in which they
     * were applied; one that compresses is understood.
     *
     * @param before what an earlier one of these headers said, or null
     * @param header its value
     * @return null where the body comes as it is
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

    /** What is understood, as a refusal's {@code Accept-Encoding} says it (RFC 9110, section 12.5.3). */
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
     * Decompresses a whole body. Takes as long as what comes out is, so large ones are not for event loops.
     *
     * @throws ApiException INVALID_REQUEST where it is not what it is said to be, and what the output throws
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

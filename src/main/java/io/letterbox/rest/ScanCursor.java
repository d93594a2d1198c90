package io.letterbox.rest;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.Varint;
import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.UUID;

/**
 * The position at which a scan goes on. In base64url (RFC 4648 section 5) without padding:
 *
 * <pre>
 * +---------+-------+-----------+-----------------+-------+---------------------------+
 * | version | order | topic tag | first partition | count | position 1 … position n   |
 * | 1 byte  | 1     | 4         | varint          | varint| varint each               |
 * +---------+-------+-----------+-----------------+-------+---------------------------+
 * </pre>
 *
 * <p>Newest first, a position is the offset above the next record to look at; oldest first, its offset. The tag comes
 * from the topic's incarnation, so that the cursor of a topic that was deleted is not taken for one of its namesake.
 *
 * @param order from which end the scan goes
 * @param first the partition of the first position; the others follow
 * @param positions offsets, one for each partition of the scan
 */
record ScanCursor(ScanOrder order, int first, long[] positions) {
    /** A cursor of more partitions would not fit into a URI of the standard length. */
    static final int MAX_PARTITIONS = 512;

    private static final int VERSION = 1;
    private static final int TAG_BYTES = 4;
    private static final int MAX_CHARS = 8_192;

    /** True for a scan in that order, and of that partition or, with -1, of all. */
    boolean isOf(ScanOrder otherOrder, int partition) {
        if (order != otherOrder) return false;
        return partition < 0 ? first == 0 : first == partition && positions.length == 1;
    }

    /** The text that {@link #parse} reads. */
    String text(UUID topicId) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(VERSION);
        out.write(order.ordinal());
        for (int i = TAG_BYTES - 1; i >= 0; i--) out.write(tag(topicId) >> 8 * i);
        Varint.write(first, out::write);
        Varint.write(positions.length, out::write);
        for (long position : positions) Varint.write(position, out::write);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(out.toByteArray());
    }

    private static int tag(UUID topicId) {
        return topicId.hashCode();
    }

    /**
     * Parses a cursor.
     *
     * @param topicId the topic's incarnation
     * @throws ApiException INVALID_CURSOR if the text is not a cursor of this topic
     */
    static ScanCursor parse(String text, UUID topicId) {
        if (text.length() > MAX_CHARS) throw invalid();
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw invalid();
        }
        return new Reader(bytes).read(topicId);
    }

    private static ApiException invalid() {
        return new ApiException(ErrorCode.INVALID_CURSOR, "The cursor is not one that this topic's records gave.");
    }

    private static final class Reader {
        private final byte[] bytes;
        private int at;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        ScanCursor read(UUID topicId) {
            if (next() != VERSION) throw invalid();
            int order = next();
            if (order >= ScanOrder.values().length) throw invalid();
            int tag = 0;
            for (int i = 0; i < TAG_BYTES; i++) tag = tag << 8 | next();
            if (tag != tag(topicId)) {
                throw new ApiException(
                        ErrorCode.INVALID_CURSOR, "The cursor is of a topic that was deleted; begin without one.");
            }
            long first = varint();
            long count = varint();
            if (first > Integer.MAX_VALUE || count < 1 || count > MAX_PARTITIONS) throw invalid();
            long[] positions = new long[(int) count];
            for (int i = 0; i < positions.length; i++) positions[i] = varint();
            if (at != bytes.length) throw invalid();
            return new ScanCursor(ScanOrder.values()[order], (int) first, positions);
        }

        private int next() {
            if (at == bytes.length) throw invalid();
            return bytes[at++] & 0xff;
        }

        private long varint() {
            int size = Varint.length(bytes, at, bytes.length, Varint.MAX_OFFSET_BYTES);
            if (size <= 0) throw invalid();
            long value = Varint.get(bytes, at, size);
            at += size;
            return value;
        }
    }
}

package io.letterbox.sse;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.JsonBytes;
import io.letterbox.record.Varint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/**
 * A subscriber's position as it travels in {@code id:} and {@code Last-Event-ID}: all records below these offsets were
 * delivered. Opaque to clients, URL-safe (RFC 4648 section 5, without padding) and versioned.
 *
 * <pre>
 * base64url of
 * ┌───────────┬───────────────────────────── per topic ─────────────────────────────────┐
 * │ version=1 │ name    │ incarnation │ first partition │ count  │ next offset × count │
 * │ 1 byte    │ 4 bytes │ 4 bytes     │ varint          │ varint │ varint each         │
 * └───────────┴─────────┴─────────────┴─────────────────┴────────┴─────────────────────┘
 * </pre>
 *
 * <p>Name and incarnation are tags (hashes), not the name and the id themselves: they have to tell the few topics of
 * one subscription apart and a topic from its successor of the same name. Varints are unsigned LEB128.
 *
 * <p>{@code client-hub.js} takes cursors apart and puts them together again, topic by topic; another version needs
 * another one there.
 */
final class Cursor {
    private static final int VERSION = 1;
    private static final int TAG_BYTES = 8;
    private static final byte[] BASE64URL =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".getBytes(StandardCharsets.US_ASCII);

    /**
     * One topic's part of a cursor.
     *
     * @param nameTag see {@link #tag(String)}
     * @param incarnationTag see {@link #tag(UUID)}
     * @param firstPartition the partition of the first offset
     * @param nextOffsets the first offset that was not delivered, for consecutive partitions
     */
    record TopicOffsets(int nameTag, int incarnationTag, int firstPartition, long[] nextOffsets) {
        /** The next offset of a partition, or -1 if this cursor does not contain the partition. */
        long nextOffset(int partition) {
            int index = partition - firstPartition;
            return index >= 0 && index < nextOffsets.length ? nextOffsets[index] : -1;
        }
    }

    private final byte[] bytes;
    private int position = 1;

    private Cursor(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The tag of a topic's name. */
    static int tag(String name) {
        return mix(name.hashCode());
    }

    /** The tag of a topic's incarnation. */
    static int tag(UUID id) {
        return mix(id.hashCode());
    }

    /**
     * Parses a cursor.
     *
     * @throws ApiException INVALID_CURSOR for anything that {@link Writer} does not write
     */
    static List<TopicOffsets> parse(String text) {
        if (text.isEmpty() || text.length() > DeliveryLimits.CURSOR_CHARS) throw invalid();
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw invalid();
        }
        if (bytes.length == 0 || bytes[0] != VERSION) throw invalid();
        return new Cursor(bytes).entries();
    }

    private List<TopicOffsets> entries() {
        List<TopicOffsets> entries = new ArrayList<>(2);
        int partitions = 0;
        while (position < bytes.length) {
            if (bytes.length - position < TAG_BYTES) throw invalid();
            int nameTag = fixed();
            int incarnationTag = fixed();
            long first = varint();
            long count = varint();
            if (first > Integer.MAX_VALUE || count > DeliveryLimits.PARTITIONS_PER_SUBSCRIPTION) throw invalid();
            partitions += (int) count;
            if (partitions > DeliveryLimits.PARTITIONS_PER_SUBSCRIPTION) throw invalid();
            long[] next = new long[(int) count];
            for (int i = 0; i < next.length; i++) next[i] = varint();
            entries.add(new TopicOffsets(nameTag, incarnationTag, (int) first, next));
        }
        return entries;
    }

    private int fixed() {
        int value = 0;
        for (int i = 0; i < 4; i++) value = value << 8 | bytes[position++] & 0xff;
        return value;
    }

    private long varint() {
        int size = Varint.length(bytes, position, bytes.length, Varint.MAX_OFFSET_BYTES);
        if (size <= 0) throw invalid();
        long value = Varint.get(bytes, position, size);
        position += size;
        return value;
    }

    private static ApiException invalid() {
        return new ApiException(
                ErrorCode.INVALID_CURSOR,
                "This is not a cursor that Letterbox made; give back the id of an event as it came.");
    }

    /** Spreads the bits, so that similar names do not have similar tags (the finalizer of MurmurHash3). */
    private static int mix(int hash) {
        int h = hash;
        h = (h ^ h >>> 16) * 0x85ebca6b;
        h = (h ^ h >>> 13) * 0xc2b2ae35;
        return h ^ h >>> 16;
    }

    /** Writes cursors again and again without allocating. Owned by one thread. */
    static final class Writer {
        private byte[] binary = new byte[64];
        private int length;

        /** Starts a cursor. */
        void begin() {
            binary[0] = VERSION;
            length = 1;
        }

        /** Adds a topic; {@code count} calls of {@link #offset} have to follow. */
        void topic(int nameTag, int incarnationTag, int firstPartition, int count) {
            ensure(TAG_BYTES + 2 * Varint.MAX_OFFSET_BYTES);
            fixed(nameTag);
            fixed(incarnationTag);
            length = Varint.put(binary, length, firstPartition);
            length = Varint.put(binary, length, count);
        }

        /** Adds the offset of one partition, 0 or more. */
        void offset(long nextOffset) {
            ensure(Varint.MAX_OFFSET_BYTES);
            length = Varint.put(binary, length, nextOffset);
        }

        /** Appends the finished cursor's text. */
        void writeTo(JsonBytes out) {
            int at = 0;
            while (length - at >= 3) {
                int bits = (binary[at++] & 0xff) << 16 | (binary[at++] & 0xff) << 8 | binary[at++] & 0xff;
                out.ascii((char) BASE64URL[bits >> 18]);
                out.ascii((char) BASE64URL[bits >> 12 & 63]);
                out.ascii((char) BASE64URL[bits >> 6 & 63]);
                out.ascii((char) BASE64URL[bits & 63]);
            }
            if (length - at == 2) {
                int bits = (binary[at] & 0xff) << 16 | (binary[at + 1] & 0xff) << 8;
                out.ascii((char) BASE64URL[bits >> 18]);
                out.ascii((char) BASE64URL[bits >> 12 & 63]);
                out.ascii((char) BASE64URL[bits >> 6 & 63]);
            } else if (length - at == 1) {
                int bits = (binary[at] & 0xff) << 16;
                out.ascii((char) BASE64URL[bits >> 18]);
                out.ascii((char) BASE64URL[bits >> 12 & 63]);
            }
        }

        private void fixed(int value) {
            for (int shift = 24; shift >= 0; shift -= 8) binary[length++] = (byte) (value >> shift);
        }

        private void ensure(int more) {
            if (binary.length - length < more) binary = Arrays.copyOf(binary, (length + more) * 2);
        }
    }
}

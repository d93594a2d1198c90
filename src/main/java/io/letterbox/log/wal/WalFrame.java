package io.letterbox.log.wal;

import io.letterbox.disk.Disk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/**
 * The format of one group in a write-ahead file. All numbers are big-endian.
 *
 * <pre>
 * frame  | length 4 | crc32c 4 | version 4 | entries 4 | generation 8 | time 8 | kind 4 | entry … | zeros to 4096 · n |
 * entry  | topic id 16 | partition 4 | name length 2 | batches' length 4 | topic name, UTF-8 | record batches … |
 * </pre>
 *
 * The length is the frame's without the zeros. The checksum covers what follows it up to there, except what the
 * checksums of batches of 4096 bytes and more cover (all from their attributes on), so that no byte of a large batch is
 * summed twice. Files are used again: each use begins with a frame without entries, and frames of another generation
 * are remainders of an earlier use. The time is that of the group, in milliseconds since 1970, so that a replay knows
 * the age of the batches. The kind says what the entries are: 0 batches that were appended, 1 partitions that are
 * dropped, 2 such that are opened; these two have no batches. Version 1 had neither time nor kind, version 2 no kind,
 * and up to version 3 the checksum covered all batches; they are still read.
 */
final class WalFrame {
    static final int HEADER_BYTES = 36;

    /** The size of the header without the time, which all versions have. */
    static final int LEAST_HEADER_BYTES = 24;

    static final int ENTRY_HEADER_BYTES = 26;
    static final int VERSION = 4;

    /** What the entries of a frame are. */
    static final int BATCHES = 0;

    static final int DROPS = 1;
    static final int OPENS = 2;

    /** The time of a frame that has none. */
    static final long NO_TIME = -1;

    private static final int TIMELESS_VERSION = 1;
    private static final int KINDLESS_VERSION = 2;
    private static final int WHOLE_CHECKSUM_VERSION = 3;
    private static final int KIND_AT = 32;

    private static final int CRC_AT = 4;
    static final int CRC_FROM = 8;

    /** The positions of the two lengths in an entry. */
    static final int ENTRY_NAME_LENGTH_AT = 20;

    static final int ENTRY_BATCHES_LENGTH_AT = 22;

    private WalFrame() {}

    /** The largest size of a frame in its file. */
    static long sizeBytes(int entries, long batchBytes) {
        // A topic's name has at most 249 characters, all of them ASCII.
        return Disk.align(HEADER_BYTES + entries * (long) (ENTRY_HEADER_BYTES + 249) + batchBytes);
    }

    /** Puts a frame into an empty buffer that has room for it, zeros included, and flips it. */
    static void encode(ByteBuffer frame, long generation, long timeMs, int kind, Collection<WalEntry> entries) {
        frame.position(CRC_FROM)
                .putInt(VERSION)
                .putInt(entries.size())
                .putLong(generation)
                .putLong(timeMs)
                .putInt(kind);
        for (WalEntry entry : entries) {
            byte[] name = entry.partition().topic().getBytes(StandardCharsets.UTF_8);
            frame.putLong(entry.topicId().getMostSignificantBits());
            frame.putLong(entry.topicId().getLeastSignificantBits());
            frame.putInt(entry.partition().partition());
            frame.putShort((short) name.length);
            frame.putInt(entry.sizeBytes());
            frame.put(name);
            for (ByteBuffer batch : entry.batches()) frame.put(batch.duplicate());
        }
        int length = frame.position();
        frame.putInt(0, length).putInt(CRC_AT, WalChecksum.of(frame, length));
        while (frame.position() < Disk.align(length)) frame.put((byte) 0);
        frame.flip();
    }

    /**
     * Whether a heap buffer holds a whole frame at its beginning, as its checksum and those of its large batches say.
     */
    static boolean isWhole(ByteBuffer frame, int length) {
        int checksum = frame.getInt(CRC_AT);
        if (version(frame) > WHOLE_CHECKSUM_VERSION) return WalChecksum.isRight(frame, length, checksum);
        return checksum == WalChecksum.ofAll(frame, length);
    }

    /** The length in a header, or -1 if it is out of range. */
    static int length(ByteBuffer header) {
        int length = header.getInt(0);
        return length < LEAST_HEADER_BYTES || length > WriteAheadLog.MAX_FRAME_BYTES ? -1 : length;
    }

    static int version(ByteBuffer header) {
        return header.getInt(CRC_FROM);
    }

    /** Whether frames of a version can be read. */
    static boolean isKnown(int version) {
        return version >= TIMELESS_VERSION && version <= VERSION;
    }

    /** The position of the first entry in a frame. */
    static int entriesAt(ByteBuffer frame) {
        if (version(frame) == TIMELESS_VERSION) return LEAST_HEADER_BYTES;
        return version(frame) == KINDLESS_VERSION ? KIND_AT : HEADER_BYTES;
    }

    /** The time of a whole frame, in milliseconds since 1970, or {@link #NO_TIME}. */
    static long timeMs(ByteBuffer frame) {
        return version(frame) == TIMELESS_VERSION ? NO_TIME : frame.getLong(LEAST_HEADER_BYTES);
    }

    /** What the entries of a whole frame are. */
    static int kind(ByteBuffer frame) {
        return version(frame) <= KINDLESS_VERSION ? BATCHES : frame.getInt(KIND_AT);
    }

    static int entries(ByteBuffer header) {
        return header.getInt(CRC_FROM + 4);
    }

    static long generation(ByteBuffer header) {
        return header.getLong(CRC_FROM + 8);
    }
}

package io.letterbox.log.wal;

import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Reads one write-ahead file from its beginning: the frames of its last use, up to one that a crash tore. If a valid
 * frame of the same use follows an invalid one, the invalid one was damaged later, and reading goes on behind it.
 * Frames of an earlier use are harmless: their batches were forced into the logs before the file was used again.
 */
final class WalScan {
    private final Disk disk;
    private final Path path;
    private final ByteBuffer frame = ByteBuffer.allocate(WriteAheadLog.MAX_FRAME_BYTES);
    private long generation = -1;
    private String defect;

    /** One entry of a frame: batches of one log, or that a partition was opened or dropped. */
    record EntryLocation(
            TopicPartition partition, UUID topicId, long generation, long timeMs, BatchRange range, int kind) {
        TopicIdPartition id() {
            return new TopicIdPartition(topicId, partition.partition());
        }
    }

    /** The position of its batches. */
    record BatchRange(Path file, long position, int sizeBytes) {}

    WalScan(Disk disk, Path path) {
        this.disk = disk;
        this.path = path;
    }

    /** Hands out all entries in their order. */
    void read(Consumer<EntryLocation> entries) throws IOException {
        try (LogFile file = disk.open(path)) {
            long end = file.size();
            long torn = -1;
            for (long position = 0; position + WalFrame.LEAST_HEADER_BYTES <= end; ) {
                int length = frameAt(file, position);
                if (length < 0) {
                    if (torn < 0) torn = position;
                    position += Disk.BLOCK_BYTES;
                    continue;
                }
                // A torn first frame is no damage: it was the beginning of a new use.
                if (torn > 0) {
                    defect = "is damaged from byte " + torn + " to byte " + position;
                }
                torn = -1;
                split(position, entries);
                position += Disk.align(length);
            }
        }
    }

    /** Reads the frame at a position, if there is one of this use of the file; returns its length, or -1. */
    private int frameAt(LogFile file, long position) throws IOException {
        int least = WalFrame.LEAST_HEADER_BYTES;
        frame.clear().limit(least);
        if (file.read(frame, position) < least) return -1;
        int length = WalFrame.length(frame);
        if (length < 0 || generation >= 0 && WalFrame.generation(frame) != generation) return -1;
        frame.limit(length);
        if (file.read(frame, position + least) < length - least) return -1;
        if (!WalFrame.isWhole(frame, length)) return -1;
        if (!WalFrame.isKnown(WalFrame.version(frame))) {
            throw new IOException(path + " was written by another version of Letterbox (format "
                    + WalFrame.version(frame) + ", this one has " + WalFrame.VERSION
                    + "). Start and stop that version once, so that the file is not needed any more.");
        }
        generation = WalFrame.generation(frame);
        return length;
    }

    private void split(long position, Consumer<EntryLocation> entries) {
        frame.position(WalFrame.entriesAt(frame));
        long timeMs = WalFrame.timeMs(frame);
        int kind = WalFrame.kind(frame);
        for (int count = WalFrame.entries(frame); count > 0; count--) {
            UUID topicId = new UUID(frame.getLong(), frame.getLong());
            int partition = frame.getInt();
            byte[] name = new byte[frame.getShort()];
            int size = frame.getInt();
            frame.get(name);
            TopicPartition id = new TopicPartition(new String(name, StandardCharsets.UTF_8), partition);
            BatchRange range = new BatchRange(path, position + frame.position(), size);
            entries.accept(new EntryLocation(id, topicId, generation, timeMs, range, kind));
            frame.position(frame.position() + size);
        }
    }

    /** The generation of the file's last use, or -1 if there is no frame. */
    long generation() {
        return generation;
    }

    /** The damage in the middle of the file, or null. */
    String defect() {
        return defect;
    }
}

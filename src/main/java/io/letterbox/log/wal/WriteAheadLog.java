package io.letterbox.log.wal;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.disk.Shortage;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The write-ahead log of one shard: two files that are used alternately. Groups are written to one; a checkpoint
 * switches to the other and forces the logs, and after that the frames of the first are not needed any more. If neither
 * has room, the caller forces the logs at once, which is slower and equally safe.
 *
 * <p>Owned by one shard's thread.
 */
public final class WriteAheadLog implements AutoCloseable {
    /** The largest frame. */
    public static final int MAX_FRAME_BYTES = 4 << 20;

    /**
     * How large a frame may be for each log of its group. A larger group is forced into its logs at once, which costs
     * less than writing that much twice, though not less than several forces.
     */
    public static final int MAX_FRAME_BYTES_PER_LOG = 1 << 20;

    private static final int NAMES_PER_FRAME = 1000;

    private final WalDirectory directory;
    private final long fileBytes;

    /** Large enough for groups of one log; replaced by the largest one when a group needs it. */
    private ByteBuffer frame = Disk.alignedBuffer(MAX_FRAME_BYTES_PER_LOG);

    private WalFile current;
    private WalFile other;
    private long generation;

    /** @param fileBytes how long each of the two files may get, two blocks at least */
    public WriteAheadLog(WalDirectory directory, long fileBytes) {
        this.directory = directory;
        this.fileBytes = fileBytes / Disk.BLOCK_BYTES * Disk.BLOCK_BYTES;
    }

    /** The place where a group fits. */
    public enum Room {
        HERE,
        /** In the other file, once a checkpoint has switched to it. */
        AFTER_SWITCH,
        /** In neither file, because the group is too large. */
        NOWHERE
    }

    /** The place where a group of this size fits. */
    public Room room(int entries, long batchBytes) {
        long size = WalFrame.sizeBytes(entries, batchBytes);
        long limit = Math.min(MAX_FRAME_BYTES, entries * (long) MAX_FRAME_BYTES_PER_LOG);
        if (size > Math.min(limit, fileBytes - Disk.BLOCK_BYTES)) return Room.NOWHERE;
        if (current == null || current.hasRoom(size)) return Room.HERE;
        return Room.AFTER_SWITCH;
    }

    /**
     * Writes a group, durably.
     *
     * @param timeMs the time, in milliseconds since 1970
     * @param entries one for each log; each begins at its log's durable offset
     * @return false if there is no room; nothing was written
     * @throws IOException if the write failed; the shard must stop then, as after a failed force
     */
    public boolean write(long timeMs, Collection<WalEntry> entries) throws IOException {
        return write(timeMs, WalFrame.BATCHES, entries);
    }

    /**
     * Writes, durably, that partitions are dropped, so that whatever was written for them is not needed any more.
     *
     * @param partitions with their names
     * @return false if there was no room for all of it
     * @throws IOException as {@link #write}
     */
    public boolean writeDrops(long timeMs, Map<TopicIdPartition, TopicPartition> partitions) throws IOException {
        return write(timeMs, WalFrame.DROPS, partitions);
    }

    /**
     * Writes, durably, that partitions are opened for the first time.
     *
     * @param partitions with their names
     * @return false if there was no room for all of it
     * @throws IOException as {@link #write}
     */
    public boolean writeOpens(long timeMs, Map<TopicIdPartition, TopicPartition> partitions) throws IOException {
        return write(timeMs, WalFrame.OPENS, partitions);
    }

    private boolean write(long timeMs, int kind, Map<TopicIdPartition, TopicPartition> partitions) throws IOException {
        List<WalEntry> entries = new ArrayList<>();
        for (Map.Entry<TopicIdPartition, TopicPartition> each : partitions.entrySet()) {
            entries.add(new WalEntry(each.getValue(), each.getKey().topicId(), 0, 0, List.of(), 0));
            if (entries.size() < NAMES_PER_FRAME) continue;
            if (!write(timeMs, kind, entries)) return false;
            entries.clear();
        }
        return entries.isEmpty() || write(timeMs, kind, entries);
    }

    private boolean write(long timeMs, int kind, Collection<WalEntry> entries) throws IOException {
        long batchBytes = 0;
        for (WalEntry entry : entries) batchBytes += entry.sizeBytes();
        if (room(entries.size(), batchBytes) != Room.HERE) return false;
        long size = WalFrame.sizeBytes(entries.size(), batchBytes);
        if (!isOpen() || !current.reserve(Disk.BLOCK_BYTES + size)) return false;
        if (size > frame.capacity()) frame = Disk.alignedBuffer(MAX_FRAME_BYTES);
        if (current.isEmpty()) {
            generation = directory.nextGeneration();
            if (!put(timeMs, WalFrame.BATCHES, List.of())) return false;
        }
        return put(timeMs, kind, entries);
    }

    /** Makes the current file if there is none. Returns false if the disk has no room for it. */
    private boolean isOpen() throws ForceFailedException {
        try {
            if (current == null) current = directory.create(fileBytes);
            return true;
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException full) {
            return false;
        }
    }

    /**
     * Writes a frame. Returns false if the disk is full, which happens even over existing blocks if the file system
     * copies on write; then the frame does not count as written.
     */
    private boolean put(long timeMs, int kind, Collection<WalEntry> entries) throws ForceFailedException {
        WalFrame.encode(frame.clear(), generation, timeMs, kind, entries);
        try {
            current.write(frame);
            return true;
        } catch (IOException cause) {
            if (Shortage.of(cause) == Shortage.SPACE) return false;
            throw new ForceFailedException("The file " + DataLayout.displayName(current.path()), cause);
        }
    }

    /**
     * Switches to the other file, whose frames will be overwritten. All logs must have been forced up to their ends at
     * the last switch.
     */
    public void switchFiles() {
        if (current == null || current.isEmpty()) return;
        WalFile full = current;
        current = other;
        other = full;
        if (current != null) current.restart();
    }

    /** Deletes the files, after all logs were closed cleanly. */
    public void discard() throws IOException {
        close();
        directory.delete(Stream.of(current, other)
                .filter(Objects::nonNull)
                .map(WalFile::path)
                .toList());
    }

    @Override
    public void close() throws IOException {
        if (current != null) current.close();
        if (other != null) other.close();
    }
}

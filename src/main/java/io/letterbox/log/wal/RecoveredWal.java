package io.letterbox.log.wal;

import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import io.letterbox.log.WrittenAhead;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the write-ahead files of an earlier process hold. Each log takes its part when it is opened; a file goes when
 * nobody needs any part of it any more. Read once; then any thread.
 */
public final class RecoveredWal implements WrittenAhead {
    private final Disk disk;
    private final Map<TopicPartition, List<WalScan.Found>> pieces = new ConcurrentHashMap<>();
    private final List<Path> files = new ArrayList<>();
    private final List<String> defects = new ArrayList<>();
    private long lastNumber;

    // Any thread.
    private final Set<TopicPartition> restored = ConcurrentHashMap.newKeySet();

    /** Knows which partitions do not need what was written ahead for them. */
    @FunctionalInterface
    public interface Deleted {
        boolean isDeleted(TopicPartition partition, UUID topicId) throws IOException;
    }

    /** A file that has to stay, because a log that is not sound has records in it. */
    public record Kept(Path file, TopicPartition partition) {}

    private RecoveredWal(Disk disk) {
        this.disk = disk;
    }

    /**
     * Reads all files of a directory.
     *
     * @throws IOException where a file cannot be read, or was written by a later version
     */
    public static RecoveredWal read(Disk disk, Path directory) throws IOException {
        RecoveredWal remains = new RecoveredWal(disk);
        for (String name : disk.list(directory)) {
            if (!name.endsWith(WalDirectory.SUFFIX)) continue;
            Path path = directory.resolve(name);
            remains.files.add(path);
            remains.lastNumber = Math.max(remains.lastNumber, WalDirectory.number(name));
            WalScan scan = new WalScan(disk, path);
            scan.read(remains::add);
            remains.lastNumber = Math.max(remains.lastNumber, scan.generation());
            if (scan.defect() != null) remains.defects.add(path + " " + scan.defect());
        }
        // Within one file the order is that of the positions, and sorting keeps it.
        for (List<WalScan.Found> of : remains.pieces.values()) {
            of.sort(Comparator.comparingLong(WalScan.Found::generation));
        }
        return remains;
    }

    private void add(WalScan.Found entry) {
        pieces.computeIfAbsent(entry.partition(), p -> new ArrayList<>()).add(entry);
    }

    /** Greater than this are the numbers of all files and generations to come. */
    long lastNumber() {
        return lastNumber;
    }

    @Override
    public List<String> defects() {
        return List.copyOf(defects);
    }

    /** Whether something was written ahead for this incarnation of a partition. */
    public boolean holds(TopicPartition partition, UUID topicId) {
        return pieces.getOrDefault(partition, List.of()).stream()
                .anyMatch(piece -> piece.topicId().equals(topicId));
    }

    @Override
    public void forEach(TopicPartition partition, UUID topicId, Taker taker) throws IOException {
        LogFile open = null;
        Path opened = null;
        try {
            for (WalScan.Found piece : pieces.getOrDefault(partition, List.of())) {
                if (!piece.topicId().equals(topicId)) continue;
                if (!piece.file().equals(opened)) {
                    if (open != null) open.close();
                    open = disk.open(piece.file());
                    opened = piece.file();
                }
                ByteBuffer batches = ByteBuffer.allocate(piece.sizeBytes());
                open.read(batches, piece.position());
                taker.take(piece.file(), piece.position(), batches.flip());
            }
        } finally {
            if (open != null) open.close();
        }
    }

    /** All that was written ahead for this partition is durable in its log now, or belonged to an older incarnation. */
    public void restored(TopicPartition partition) {
        if (pieces.containsKey(partition)) restored.add(partition);
    }

    /**
     * Deletes the files that nobody needs any more.
     *
     * @param deleted whether a partition that was not restored is known to have been deleted
     * @return those that stay, each with one of the partitions that need it
     */
    public List<Kept> clear(Deleted deleted) throws IOException {
        List<Kept> kept = new ArrayList<>();
        for (Path file : files) {
            TopicPartition needed = neededBy(file, deleted);
            if (needed == null) disk.delete(file);
            else kept.add(new Kept(file, needed));
        }
        // After a crash under load there are many, and the process lives long.
        if (kept.isEmpty()) pieces.clear();
        return kept;
    }

    private TopicPartition neededBy(Path file, Deleted deleted) throws IOException {
        for (Map.Entry<TopicPartition, List<WalScan.Found>> each : pieces.entrySet()) {
            if (restored.contains(each.getKey())) continue;
            for (WalScan.Found piece : each.getValue()) {
                if (piece.file().equals(file) && !deleted.isDeleted(each.getKey(), piece.topicId()))
                    return each.getKey();
            }
        }
        return null;
    }
}

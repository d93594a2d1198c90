package io.letterbox.log.wal;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import io.letterbox.log.PartitionMetadataFile;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The content of the write-ahead files of an earlier process. Each log replays its part when it is opened; a file is
 * deleted when no log needs any part of it. Read once; then any thread.
 */
public final class RecoveredWal {
    private final Disk disk;
    private final Map<TopicIdPartition, List<WalScan.EntryLocation>> pieces = new ConcurrentHashMap<>();
    private final Set<TopicIdPartition> dropped = new HashSet<>();
    private final List<Path> files = new ArrayList<>();
    private final List<String> defects = new ArrayList<>();
    private long lastNumber;

    // Any thread.
    private final Set<TopicIdPartition> restored = ConcurrentHashMap.newKeySet();

    /** Receives the batches for one log. */
    @FunctionalInterface
    public interface BatchReceiver {
        /**
         * @param file the write-ahead file
         * @param position the position of the batches in it
         * @param timeMs when it was written ahead, in milliseconds since 1970; -1 if the file does not say
         * @param batches whole batches, valid during the call
         */
        void receive(Path file, long position, long timeMs, ByteBuffer batches) throws IOException;
    }

    /** A file that has to stay, because it has records of a log that could not be restored. */
    public record KeptFile(Path file, TopicPartition partition) {}

    private RecoveredWal(Disk disk) {
        this.disk = disk;
    }

    /** An empty write-ahead log. */
    public static RecoveredWal nothing(Disk disk) {
        return new RecoveredWal(disk);
    }

    /**
     * Reads all files of a directory, which need not exist.
     *
     * @throws IOException if a file cannot be read, or was written by a later version
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
        // A stable sort: within one generation, entries stay in the order of their positions.
        for (List<WalScan.EntryLocation> of : remains.pieces.values()) {
            of.sort(Comparator.comparingLong(WalScan.EntryLocation::generation));
        }
        return remains;
    }

    private void add(WalScan.EntryLocation entry) {
        if (entry.kind() == WalFrame.DROPS) dropped.add(entry.id());
        if (entry.kind() == WalFrame.BATCHES)
            pieces.computeIfAbsent(entry.id(), p -> new ArrayList<>()).add(entry);
    }

    /** The greatest number of all files and generations; new ones get greater numbers. */
    long lastNumber() {
        return lastNumber;
    }

    /** The damages found, each as a sentence; a log that lost batches by one cannot be restored. */
    public List<String> defects() {
        return List.copyOf(defects);
    }

    /** Whether it was written ahead that this partition is dropped: its files may be deleted. */
    public boolean isDropped(TopicIdPartition partition) {
        return dropped.contains(partition);
    }

    /** Whether something was written ahead for this partition. */
    public boolean holds(TopicIdPartition partition) {
        return pieces.containsKey(partition);
    }

    /** Hands out the batches for one partition, in the order in which they were appended. */
    public void forEach(TopicIdPartition partition, BatchReceiver receiver) throws IOException {
        LogFile open = null;
        Path opened = null;
        try {
            for (WalScan.EntryLocation piece : pieces.getOrDefault(partition, List.of())) {
                WalScan.BatchRange range = piece.range();
                if (!range.file().equals(opened)) {
                    if (open != null) open.close();
                    open = disk.open(range.file());
                    opened = range.file();
                }
                ByteBuffer batches = ByteBuffer.allocate(range.sizeBytes());
                open.read(batches, range.position());
                receiver.receive(range.file(), range.position(), piece.timeMs(), batches.flip());
            }
        } finally {
            if (open != null) open.close();
        }
    }

    /** All that was written ahead for this partition is durable in its log now. */
    public void restored(TopicIdPartition partition) {
        if (pieces.containsKey(partition)) restored.add(partition);
    }

    /**
     * Deletes the files whose batches are in the logs now, or belong to deleted topics.
     *
     * @param topicIds the incarnations that there are
     * @param deleted the ids of topics that are known to be deleted
     * @return those that stay, each with one of the partitions that need it
     */
    public List<KeptFile> clear(DataLayout layout, Set<UUID> topicIds, Set<UUID> deleted) throws IOException {
        Map<Path, TopicPartition> neededBy = new HashMap<>();
        for (Map.Entry<TopicIdPartition, List<WalScan.EntryLocation>> each : pieces.entrySet()) {
            UUID topicId = each.getKey().topicId();
            boolean gone = deleted.contains(topicId) || isDropped(each.getKey()) && !topicIds.contains(topicId);
            if (restored.contains(each.getKey()) || gone) continue;
            TopicPartition name = each.getValue().get(0).partition();
            // If the metadata were lost, the directory would still exist; a deleted topic has none.
            if (!topicIds.contains(topicId) && !hasDirectory(layout, each.getKey(), name)) continue;
            for (WalScan.EntryLocation piece : each.getValue())
                neededBy.putIfAbsent(piece.range().file(), name);
        }
        List<KeptFile> kept = new ArrayList<>();
        for (Path file : files) {
            TopicPartition needing = neededBy.get(file);
            if (needing == null) disk.delete(file);
            else kept.add(new KeptFile(file, needing));
        }
        // Frees the memory, because after a crash under load there are many entries.
        if (kept.isEmpty()) pieces.clear();
        return kept;
    }

    private boolean hasDirectory(DataLayout layout, TopicIdPartition id, TopicPartition name) throws IOException {
        for (String shard : disk.list(layout.shards())) {
            if (disk.exists(layout.shards().resolve(shard).resolve(id.toString()))) return true;
        }
        Path before = layout.topics().resolve(name.topic()).resolve(Integer.toString(name.partition()));
        String holder = PartitionMetadataFile.read(disk, before);
        return holder == null ? disk.exists(before) : holder.equals(id.topicId().toString());
    }
}

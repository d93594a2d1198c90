package io.letterbox.log.inspect;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.log.LastStop;
import io.letterbox.log.PartitionMetadataFile;
import io.letterbox.log.RecoveryPoints;
import io.letterbox.log.RecoveryRules;
import io.letterbox.log.wal.RecoveredWal;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The state of the partitions in a data directory that its files outside the logs record.
 *
 * @param layout null if the inspected directory is not in a data directory
 * @param lastStop how the last process that had it open ended
 * @param recoveryPoints the offsets below which everything was durable in the logs' own files
 * @param ahead the content of the write-ahead log
 */
record InspectedDirectory(
        DataLayout layout, LastStop lastStop, Map<TopicIdPartition, Long> recoveryPoints, RecoveredWal ahead) {
    /** Reads the data directory that a partition's directory is in. */
    static InspectedDirectory around(Path partition, Disk disk) throws IOException {
        DataLayout layout = layout(partition);
        if (layout == null || !disk.exists(layout.meta())) {
            return new InspectedDirectory(null, LastStop.UNCLEAN, Map.of(), RecoveredWal.nothing(disk));
        }
        return new InspectedDirectory(
                layout,
                disk.exists(layout.cleanShutdown()) ? LastStop.CLEAN : LastStop.UNCLEAN,
                RecoveryPoints.read(disk, layout.recoveryPoints(), name -> id(before(layout, name), disk)),
                RecoveredWal.read(disk, layout.wal()));
    }

    /** The data directory that a partition's directory lies in by its place; null if it lies in none. */
    private static DataLayout layout(Path partition) {
        Path parent = partition.getParent();
        Path part = parent == null ? null : parent.getParent();
        if (part == null || part.getParent() == null) return null;
        DataLayout layout = new DataLayout(part.getParent());
        return part.equals(layout.shards()) || part.equals(layout.topics()) ? layout : null;
    }

    /** Where versions before had a partition. */
    private static Path before(DataLayout layout, TopicPartition name) {
        return layout.topics().resolve(name.topic()).resolve(Integer.toString(name.partition()));
    }

    /** Which partition a directory belongs to, by its name or, as versions before had it, by what is in it; or null. */
    static TopicIdPartition id(Path directory, Disk disk) throws IOException {
        String name = directory.getFileName().toString();
        TopicIdPartition id = TopicIdPartition.parse(name);
        if (id != null || !name.matches("[0-9]{1,9}")) return id;
        UUID topicId = PartitionMetadataFile.topicId(disk, directory);
        return topicId == null ? null : new TopicIdPartition(topicId, Integer.parseInt(name));
    }

    /**
     * How people call the partition that a directory belongs to. If the directory does not say it, the topic has the
     * name of its incarnation; null if the directory is not a partition's.
     */
    static TopicPartition name(Path directory, Disk disk) throws IOException {
        String name = directory.getFileName().toString();
        TopicIdPartition id = TopicIdPartition.parse(name);
        if (id != null) {
            String topic = PartitionMetadataFile.topic(disk, directory);
            return new TopicPartition(
                    topic == null || topic.isEmpty() ? id.topicId().toString() : topic, id.partition());
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent == null || parent.getFileName() == null || !name.matches("[0-9]{1,9}")) return null;
        return new TopicPartition(parent.getFileName().toString(), Integer.parseInt(name));
    }

    /**
     * The rules by which the next start would recover the log in a directory. If it has no recovery point, all segments
     * but the last count as durable.
     */
    RecoveryRules rules(Path directory, Disk disk, long lastBaseOffset) throws IOException {
        TopicIdPartition id = layout == null ? null : id(directory, disk);
        long recoveryPoint = id == null ? lastBaseOffset : recoveryPoints.getOrDefault(id, 0L);
        return RecoveryRules.read(disk, directory, lastStop, recoveryPoint);
    }

    /**
     * The directories of partitions that have no segment now, with the offsets below which their records were durable.
     */
    Map<Path, Long> emptied(Disk disk, Set<Path> found) throws IOException {
        Map<Path, Long> emptied = new LinkedHashMap<>();
        if (layout == null) return emptied;
        for (Path part : new Path[] {layout.shards(), layout.topics()}) {
            for (String group : disk.list(part)) {
                for (String name : disk.list(part.resolve(group))) {
                    Path directory = part.resolve(group).resolve(name);
                    TopicIdPartition id = found.contains(directory) ? null : id(directory, disk);
                    // If the directory is gone, too, the topic has been deleted.
                    long point = id == null ? 0 : recoveryPoints.getOrDefault(id, 0L);
                    if (point > 0) emptied.put(directory, point);
                }
            }
        }
        return emptied;
    }

    /** Hands out the write-ahead log's batches for the log in a directory, in the order in which they were appended. */
    void forEachAhead(Path directory, Disk disk, RecoveredWal.BatchReceiver receiver) throws IOException {
        TopicIdPartition id = layout == null ? null : id(directory, disk);
        if (id != null) ahead.forEach(id, receiver);
    }
}

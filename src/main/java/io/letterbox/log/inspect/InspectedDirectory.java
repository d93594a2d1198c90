package io.letterbox.log.inspect;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.log.LastStop;
import io.letterbox.log.PartitionMetadataFile;
import io.letterbox.log.RecoveryPoints;
import io.letterbox.log.RecoveryRules;
import io.letterbox.log.wal.RecoveredWal;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What a data directory says of the partitions in it.
 *
 * @param topics the directory of all topics; null where what is inspected lies in no data directory
 * @param lastStop how the last process that had it open ended
 * @param recoveryPoints the offsets below which everything was durable in the logs' own files
 * @param ahead what was written ahead for logs
 */
record InspectedDirectory(
        Path topics, LastStop lastStop, Map<TopicPartition, Long> recoveryPoints, RecoveredWal ahead) {
    /** Reads what there is around one of its partitions' directories. */
    static InspectedDirectory around(Path partition, Disk disk) throws IOException {
        Path topic = partition.getParent();
        Path topics = topic == null ? null : topic.getParent();
        DataLayout layout = topics == null || topics.getParent() == null ? null : new DataLayout(topics.getParent());
        if (layout == null || !disk.exists(layout.meta())) {
            return new InspectedDirectory(null, LastStop.UNCLEAN, Map.of(), RecoveredWal.nothing(disk));
        }
        return new InspectedDirectory(
                topics,
                disk.exists(layout.cleanShutdown()) ? LastStop.CLEAN : LastStop.UNCLEAN,
                RecoveryPoints.read(disk, layout.recoveryPoints()),
                RecoveredWal.read(disk, layout.wal()));
    }

    /** Which partition a directory belongs to, or null. */
    private TopicPartition id(Path directory) {
        String number = directory.getFileName().toString();
        Path topic = directory.getParent();
        if (topics == null || !topics.equals(topic.getParent()) || !number.matches("[0-9]{1,9}")) return null;
        return new TopicPartition(topic.getFileName().toString(), Integer.parseInt(number));
    }

    /**
     * What the next start makes of the log in a directory. Where nothing is known of it, all but its last segment counts
     * as durable.
     */
    RecoveryRules rules(Path directory, Disk disk, long lastBaseOffset) throws IOException {
        TopicPartition id = id(directory);
        long recoveryPoint = id == null ? lastBaseOffset : recoveryPoints.getOrDefault(id, 0L);
        return RecoveryRules.read(disk, directory, lastStop, recoveryPoint);
    }

    /** The directories of partitions that have no segment now, with the offsets below which their records were durable. */
    Map<Path, Long> emptied(Disk disk, Set<Path> found) throws IOException {
        Map<Path, Long> emptied = new LinkedHashMap<>();
        for (TopicPartition id : new TreeSet<>(recoveryPoints.keySet())) {
            Path directory = topics.resolve(id.topic()).resolve(Integer.toString(id.partition()));
            // Where even the directory is gone the topic has been deleted.
            boolean lost = recoveryPoints.get(id) > 0 && !found.contains(directory) && disk.exists(directory);
            if (lost) emptied.put(directory, recoveryPoints.get(id));
        }
        return emptied;
    }

    /** Hands out what was written ahead for the log in a directory, in the order in which it was appended. */
    void forEachAhead(Path directory, Disk disk, RecoveredWal.Taker taker) throws IOException {
        TopicPartition id = id(directory);
        UUID topicId = PartitionMetadataFile.topicId(disk, directory);
        if (id != null && topicId != null) ahead.forEach(id, topicId, taker);
    }
}

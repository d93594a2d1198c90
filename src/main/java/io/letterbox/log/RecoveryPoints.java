package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The file of recovery points: for each partition the offset below which its log was durable when the file was written.
 * A {@link CheckpointFile} of version 1 with a line {@code <topic id>-<partition> offset} each. Versions before wrote
 * version 0 with lines {@code topic partition offset}, of which {@link Incarnations} says what they mean.
 */
public final class RecoveryPoints {
    private static final String BY_ID = "1";

    private RecoveryPoints() {}

    /** Knows which incarnation of a partition versions before have meant by its name. */
    @FunctionalInterface
    public interface Incarnations {
        /** Null if the point is of no use any more. */
        TopicIdPartition of(TopicPartition name) throws IOException;
    }

    /** Reads the file. Empty if it does not exist or has another format, which costs time but no data. */
    public static Map<TopicIdPartition, Long> read(Disk disk, Path file, Incarnations byName) throws IOException {
        Map<TopicIdPartition, Long> points = new HashMap<>();
        List<String[]> lines = CheckpointFile.read(disk, file, BY_ID, 2);
        if (lines == null) return readByName(disk, file, byName);
        for (String[] line : lines) {
            TopicIdPartition id = TopicIdPartition.parse(line[0]);
            long offset = SegmentFiles.number(line[1]);
            if (id != null && offset >= 0) points.put(id, offset);
        }
        return points;
    }

    private static Map<TopicIdPartition, Long> readByName(Disk disk, Path file, Incarnations byName)
            throws IOException {
        Map<TopicIdPartition, Long> points = new HashMap<>();
        List<String[]> lines = CheckpointFile.read(disk, file, 3);
        if (lines == null) return points;
        for (String[] line : lines) {
            long partition = SegmentFiles.number(line[1]);
            long offset = SegmentFiles.number(line[2]);
            if (!TopicName.isValid(line[0]) || partition < 0 || partition > Integer.MAX_VALUE || offset < 0) continue;
            TopicIdPartition id = byName.of(new TopicPartition(line[0], (int) partition));
            if (id != null) points.put(id, offset);
        }
        return points;
    }

    /** Replaces the file, durably and atomically. */
    public static void write(Disk disk, Path file, Map<TopicIdPartition, Long> points) throws IOException {
        // Unsorted: there may be very many, and their order does not matter.
        CheckpointFile.write(
                disk,
                file,
                BY_ID,
                points.entrySet().stream()
                        .map(point -> point.getKey() + " " + point.getValue())
                        .toList());
    }
}

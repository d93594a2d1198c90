package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The file of recovery points: for each partition the offset below which its log was durable when the file was written.
 * One line {@code topic partition offset} each, in Kafka's checkpoint format.
 */
public final class RecoveryPoints {
    private RecoveryPoints() {}

    /** Reads the file. Empty if it does not exist or has another format, which costs time but no data. */
    public static Map<TopicPartition, Long> read(Disk disk, Path file) throws IOException {
        Map<TopicPartition, Long> points = new HashMap<>();
        List<String[]> lines = CheckpointFile.read(disk, file, 3);
        if (lines == null) return points;
        for (String[] line : lines) {
            long partition = SegmentFiles.number(line[1]);
            long offset = SegmentFiles.number(line[2]);
            if (!TopicName.isValid(line[0]) || partition < 0 || partition > Integer.MAX_VALUE || offset < 0) continue;
            points.put(new TopicPartition(line[0], (int) partition), offset);
        }
        return points;
    }

    /** Replaces the file, durably and atomically. */
    public static void write(Disk disk, Path file, Map<TopicPartition, Long> points) throws IOException {
        // Unsorted: there may be very many, and their order does not matter.
        CheckpointFile.write(
                disk,
                file,
                points.entrySet().stream()
                        .map(point ->
                                point.getKey().topic() + " " + point.getKey().partition() + " " + point.getValue())
                        .toList());
    }
}

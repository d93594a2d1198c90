package io.letterbox.log;

import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The file of recovery points: for each partition the offset below which its log was durable. */
public final class RecoveryPoints {
    private RecoveryPoints() {}

    /** Reads the file; empty where there is none or where it cannot be understood, which costs time but no data. */
    public static Map<TopicPartition, Long> read(Disk disk, Path file) throws IOException {
        throw new AssertionError();
    }

    /** Replaces the file, durably and atomically. */
    public static void write(Disk disk, Path file, Map<TopicPartition, Long> points) throws IOException {
        throw new AssertionError();
    }
}

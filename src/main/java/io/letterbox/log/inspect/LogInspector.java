package io.letterbox.log.inspect;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.log.StaleFiles;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Checks and prints logs that no server has open. It reads from front to back with one bounded buffer and never changes
 * a file. Batches that are only in the write-ahead log count as part of a log, as they will after the next start.
 *
 * <p>A directory may be a partition's, a shard's, the {@code shards} directory or a whole data directory, also one of
 * versions that had {@code topics} instead.
 */
public final class LogInspector {
    /** How bad a finding is. */
    public enum Severity {
        /**
         * No damage: a remainder of a crash that the next start removes, such as a torn end past the last batch; or
         * records that were not checked, because their codec does not work on this machine.
         */
        NOTE,
        /** Bytes have changed since they were written, or do not fit together. */
        DAMAGE
    }

    /**
     * One finding.
     *
     * @param file the file it is in
     * @param position the byte in the file, -1 for the file as a whole
     * @param offset the record offset next to it, -1 if unknown
     * @param what a sentence for a person
     */
    public record Finding(Severity severity, Path file, long position, long offset, String what) {}

    /** Sums over everything that was read. */
    public record Summary(
            int partitions, int segments, long bytes, long batches, long records, int notes, int damages) {
        /** True if nothing is damaged. */
        public boolean isUndamaged() {
            return damages == 0;
        }
    }

    /** Receives the inspector's findings, on the thread that called it. */
    public interface Listener {
        /** Called at least once for each segment and at most once for each mebibyte. */
        default void progress(Path file, long bytesDone, long bytesTotal) {}

        default void finding(Finding finding) {}
    }

    /** Receives every batch and every record in order. */
    public interface Dump extends Listener {
        /** @param file a segment, or a write-ahead file */
        void batch(Path file, long position, RecordBatch batch);

        /**
         * @param partition the partition's directory
         * @param record only valid during the call
         */
        void record(Path partition, RecordCursor record);
    }

    /** Shard and partition. */
    private static final int LEVELS = 2;

    private final Disk disk;

    public LogInspector(Disk disk) {
        this.disk = disk;
    }

    /** The partition directories at or below a directory, sorted. Empty if there are none. */
    public List<Path> partitions(Path directory) throws IOException {
        DataLayout layout = new DataLayout(directory);
        List<Path> found = new ArrayList<>();
        boolean whole = false;
        for (Path part : List.of(layout.shards(), layout.topics())) {
            if (!disk.exists(part)) continue;
            collect(part, LEVELS, found);
            whole = true;
        }
        if (!whole) collect(directory, LEVELS, found);
        return found;
    }

    /**
     * How people call the partition that a directory belongs to; null if it is not a partition's. If nothing says how
     * the topic is called, it has the name of its incarnation.
     */
    public TopicPartition name(Path directory) throws IOException {
        return InspectedDirectory.name(directory, disk);
    }

    /** Reads every batch and every index below a directory and reports what is wrong. */
    public Summary verify(Path directory, Listener listener) throws IOException {
        return verify(directory, any -> true, listener);
    }

    /** The same for some partitions, by their names. */
    public Summary verify(Path directory, Predicate<TopicPartition> wanted, Listener listener) throws IOException {
        return inspect(directory, wanted, listener, 0);
    }

    /**
     * Hands out all readable batches and records below a directory, from an offset on, and reports findings like
     * {@link #verify}.
     */
    public Summary dump(Path directory, long fromOffset, Dump dump) throws IOException {
        return dump(directory, any -> true, fromOffset, dump);
    }

    /** The same for some partitions, by their names. */
    public Summary dump(Path directory, Predicate<TopicPartition> wanted, long fromOffset, Dump dump)
            throws IOException {
        return inspect(directory, wanted, dump, fromOffset);
    }

    private Summary inspect(Path directory, Predicate<TopicPartition> wanted, Listener listener, long fromOffset)
            throws IOException {
        PartitionInspection.Tally tally = new PartitionInspection.Tally(listener);
        Path top = directory.toAbsolutePath().normalize();
        List<Path> partitions = new ArrayList<>();
        for (Path partition : partitions(top)) if (isWanted(partition, wanted)) partitions.add(partition);
        if (partitions.isEmpty()) return tally.summary();
        InspectedDirectory around = InspectedDirectory.around(partitions.get(0), disk);
        for (String defect : around.ahead().defects()) tally.add(Severity.DAMAGE, top, -1, -1, defect);
        for (Path partition : partitions) {
            new PartitionInspection(disk, partition, listener, fromOffset, tally).run(around);
        }
        for (Map.Entry<Path, Long> emptied :
                around.emptied(disk, Set.copyOf(partitions(top))).entrySet()) {
            if (!emptied.getKey().startsWith(top) || !isWanted(emptied.getKey(), wanted)) continue;
            String what = "Records below offset " + emptied.getValue()
                    + " were durable, and there is no segment (unless its topic was just being deleted).";
            tally.add(Severity.DAMAGE, emptied.getKey(), -1, -1, what);
        }
        return tally.summary();
    }

    private boolean isWanted(Path partition, Predicate<TopicPartition> wanted) throws IOException {
        TopicPartition name = name(partition);
        return wanted.test(name == null ? new TopicPartition("", 0) : name);
    }

    private void collect(Path directory, int levels, List<Path> found) throws IOException {
        List<String> names;
        try {
            names = disk.list(directory);
        } catch (NotDirectoryException file) {
            return;
        }
        if (!StaleFiles.of(names).segments().isEmpty()) {
            found.add(directory);
        } else if (levels > 0) {
            for (String name : names) collect(directory.resolve(name), levels - 1, found);
        }
    }
}

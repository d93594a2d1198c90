package io.letterbox.log.inspect;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.log.StaleFiles;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordCursor;
import java.io.IOException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks and prints logs that no server has open. It reads from front to back with one bounded buffer and never changes
 * a file. What was only written ahead of a log counts as part of it, as it will after the next start.
 *
 * <p>A directory may be a partition's, a topic's, the {@code topics} directory or a whole data directory.
 */
public final class LogInspector {
    /** How bad a finding is. */
    public enum Severity {
        /**
         * Nothing is wrong with the bytes: a crash has left this behind and the next start clears it away, such as a torn
         * end past the last batch; or records were not looked at, because a codec does not work here.
         */
        NOTE,
        /** Bytes are not what they were written as, or do not fit together. */
        DAMAGE
    }

    /**
     * One finding.
     *
     * @param file the file it is in
     * @param position the byte in the file, -1 where the file as a whole is meant
     * @param offset the record offset next to it, -1 where that is not known
     * @param what a sentence for a person
     */
    public record Finding(Severity severity, Path file, long position, long offset, String what) {}

    /** Sums over everything that was read. */
    public record Summary(
            int partitions, int segments, long bytes, long batches, long records, int notes, int damages) {
        /** True where nothing is damaged. */
        public boolean sound() {
            return damages == 0;
        }
    }

    /** Is told what the inspector meets, on the thread that called it. */
    public interface Listener {
        /** Comes at least once a segment and at most once a mebibyte. */
        default void progress(Path file, long bytesDone, long bytesTotal) {}

        default void finding(Finding finding) {}
    }

    /** Is given every batch and every record in order. */
    public interface Dump extends Listener {
        /** @param file a segment, or a write-ahead file */
        void batch(Path file, long position, RecordBatch batch);

        /**
         * @param partition the partition's directory
         * @param record only valid during the call
         */
        void record(Path partition, RecordCursor record);
    }

    /** Topic and partition. */
    private static final int LEVELS = 2;

    private final Disk disk;

    public LogInspector(Disk disk) {
        this.disk = disk;
    }

    /** The partition directories at or below a directory, sorted. Empty where there are none. */
    public List<Path> partitions(Path directory) throws IOException {
        Path topics = new DataLayout(directory).topics();
        Path top = disk.exists(topics) ? topics : directory;
        List<Path> found = new ArrayList<>();
        collect(top, LEVELS, found);
        return found;
    }

    /** Reads every batch and every index below a directory and reports what is wrong. */
    public Summary verify(Path directory, Listener listener) throws IOException {
        return inspect(directory, listener, 0);
    }

    /** Hands out what can be read below a directory, from an offset on; findings come as with {@link #verify}. */
    public Summary dump(Path directory, long fromOffset, Dump dump) throws IOException {
        return inspect(directory, dump, fromOffset);
    }

    private Summary inspect(Path directory, Listener listener, long fromOffset) throws IOException {
        PartitionInspection.Tally tally = new PartitionInspection.Tally(listener);
        Path top = directory.toAbsolutePath().normalize();
        List<Path> partitions = partitions(top);
        if (partitions.isEmpty()) return tally.summary();
        InspectedDirectory around = InspectedDirectory.around(partitions.get(0), disk);
        for (String defect : around.ahead().defects()) tally.add(Severity.DAMAGE, top, -1, -1, defect);
        for (Path partition : partitions) {
            new PartitionInspection(disk, partition, listener, fromOffset, tally).run(around);
        }
        around.emptied(disk, Set.copyOf(partitions)).forEach((emptied, durableUpTo) -> {
            if (!emptied.startsWith(top)) return;
            String what = "Records below offset " + durableUpTo
                    + " were durable, and there is no segment (unless its topic was just being deleted).";
            tally.add(Severity.DAMAGE, emptied, -1, -1, what);
        });
        return tally.summary();
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

package io.letterbox.log;

import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordCursor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Checks and prints logs that no server has open. It reads from front to back with one bounded buffer and never changes
 * a file.
 *
 * <p>A directory may be a partition's, a topic's, the {@code topics} directory or a whole data directory.
 */
public final class LogInspector {
    /** How bad a finding is. */
    public enum Severity {
        /** A crash leaves this behind and the next start clears it away, such as a torn end past the last batch. */
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

    /** Is given every batch and every record in order; a compressed batch comes without its records. */
    public interface Dump extends Listener {
        void batch(Path file, long position, RecordBatch batch);

        /** @param record only valid during the call */
        void record(Path file, RecordCursor record);
    }

    private final Disk disk;

    public LogInspector(Disk disk) {
        this.disk = disk;
    }

    /** The partition directories at or below a directory, sorted. Empty where there are none. */
    public List<Path> partitions(Path directory) throws IOException {
        throw new AssertionError("first push");
    }

    /** Reads every batch and every index below a directory and reports what is wrong. */
    public Summary verify(Path directory, Listener listener) throws IOException {
        throw new AssertionError("first push");
    }

    /** Hands out what can be read below a directory, from an offset on; findings come as with {@link #verify}. */
    public Summary dump(Path directory, long fromOffset, Dump dump) throws IOException {
        throw new AssertionError("first push");
    }
}

package io.letterbox.log;

import java.io.IOException;
import java.nio.file.Path;

/** Opens a log after a stop, clean or not, reading only what lies past the recovery point. */
public final class LogRecovery {
    private LogRecovery() {}

    /** What came of it. */
    public sealed interface Outcome {}

    /**
     * The log is sound.
     *
     * @param truncatedBytes cut off behind the last whole batch
     * @param batchesChecked read and checked past the recovery point
     */
    public record Recovered(PartitionLog log, long truncatedBytes, long batchesChecked) implements Outcome {}

    /**
     * The log is damaged below its recovery point; nothing was changed.
     *
     * @param reason a sentence for the operator
     */
    public record Quarantined(String reason) implements Outcome {}

    /**
     * Opens the log in a directory, or makes an empty one there.
     *
     * @param recoveryPoint everything below was durable; 0 when unknown
     * @param clean whether the last stop was clean: then a bad batch anywhere is damage, not a torn tail
     */
    public static Outcome open(Disk disk, Path directory, LogConfig config, long recoveryPoint, boolean clean)
            throws IOException {
        throw new AssertionError();
    }
}

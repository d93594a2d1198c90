package io.letterbox.log;

import java.nio.file.Path;

/**
 * The names of the files in a partition's directory, which are Kafka's: the base offset in twenty digits, and a suffix.
 */
public final class SegmentFiles {
    static final String LOG = ".log";
    static final String OFFSET_INDEX = ".index";
    static final String TIME_INDEX = ".timeindex";
    static final String ABORTED_INDEX = ".txnindex";
    /** A snapshot of the producers' states at the end of the log; the name has that offset. */
    public static final String SNAPSHOT = ".snapshot";

    /** A finished replacement for one or more segments, {@code <base offset>-<next offset>.swap}. */
    public static final String SWAP = ".swap";

    /** An unfinished replacement; recovery deletes it after a crash. */
    public static final String CLEANED = ".cleaned";

    static final String EPOCHS = "leader-epoch-checkpoint";
    static final String START_OFFSET = "log-start-offset-checkpoint";
    public static final String COMPACTED_UP_TO = "cleaner-offset-checkpoint";
    /**
     * The offset up to which compaction has run, written after a complete run. COMPACTED_UP_TO is written before a
     * replacement.
     */
    public static final String CLEAN_UP_TO = "compaction-checkpoint";

    private static final int DIGITS = 20;

    private SegmentFiles() {}

    public static Path log(Path directory, long baseOffset) {
        return directory.resolve(digits(baseOffset) + LOG);
    }

    public static Path offsetIndex(Path directory, long baseOffset) {
        return directory.resolve(digits(baseOffset) + OFFSET_INDEX);
    }

    public static Path timeIndex(Path directory, long baseOffset) {
        return directory.resolve(digits(baseOffset) + TIME_INDEX);
    }

    public static Path abortedIndex(Path directory, long baseOffset) {
        return directory.resolve(digits(baseOffset) + ABORTED_INDEX);
    }

    static Path snapshot(Path directory, long offset) {
        return directory.resolve(digits(offset) + SNAPSHOT);
    }

    static Path swap(Path directory, long baseOffset, long nextOffset) {
        return directory.resolve(digits(baseOffset) + "-" + digits(nextOffset) + SWAP);
    }

    /** The base offset in a name, or -1 if the name has another suffix. */
    public static long baseOffset(String name, String suffix) {
        return name.length() == DIGITS + suffix.length() && name.endsWith(suffix)
                ? number(name.substring(0, DIGITS))
                : -1;
    }

    /** The base offset in the name of a log or index file, or -1 for other files. */
    static long anyBaseOffset(String name) {
        long offset = baseOffset(name, LOG);
        if (offset < 0) offset = baseOffset(name, OFFSET_INDEX);
        if (offset < 0) offset = baseOffset(name, TIME_INDEX);
        return offset < 0 ? baseOffset(name, ABORTED_INDEX) : offset;
    }

    /** The offset in the second half of a {@link #swap} name, or -1 for other names. */
    static long swapNextOffset(String name) {
        boolean fits =
                name.length() == 2 * DIGITS + 1 + SWAP.length() && name.endsWith(SWAP) && name.charAt(DIGITS) == '-';
        return fits ? number(name.substring(DIGITS + 1, 2 * DIGITS + 1)) : -1;
    }

    /** The offset in the first half of a {@link #swap} name. */
    static long swapBaseOffset(String name) {
        return number(name.substring(0, DIGITS));
    }

    static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException other) {
            return -1;
        }
    }

    private static String digits(long offset) {
        String plain = Long.toString(offset);
        return "0".repeat(DIGITS - plain.length()) + plain;
    }
}

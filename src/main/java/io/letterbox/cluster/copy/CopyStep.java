package io.letterbox.cluster.copy;

/** What to do next for a copy. */
public sealed interface CopyStep {
    /** Ask for a range. */
    record Fetch(int file, long offset, int length) implements CopyStep {}

    /**
     * Force the files from one on, up to and including that of the progress, and their directories; then write the
     * progress down. At the end of all files it is that of one more than the last.
     */
    record Note(int fromFile, CopyProgress progress) implements CopyStep {}

    /** All is here and forced: check every batch, and say so in the replica's phase. */
    record Check() implements CopyStep {}
}

package io.letterbox.cluster.copy;

/**
 * The order in which a copy fetches its files: one after the other from the beginning to the end, a range at a time.
 * What has come is noted now and then once it is forced, and a copy that was interrupted goes on from there. One step
 * at a time: whoever gets one does it and tells; a step that failed is given again. Pure, with a state; owned by one
 * thread.
 */
public final class CopyPlan {
    /** The most bytes that are asked for at a time. */
    public static final int RANGE_BYTES = 1 << 20;

    /** After so many bytes progress is noted: an interruption costs no more. */
    public static final long NOTE_BYTES = 64L << 20;

    private final CopyManifest manifest;
    private final int from;
    private final long copy;
    private int file;
    private long offset;
    private int notedFile;
    private boolean noted;
    private long bytesSince;
    private long doneBytes;

    /**
     * @param progress as it was noted last; of file 0 and offset 0 for a new copy
     * @throws IllegalArgumentException if the progress is not of this manifest
     */
    public CopyPlan(CopyManifest manifest, CopyProgress progress) {
        int count = manifest.files().size();
        boolean fits = progress.file() >= 0 && progress.file() <= count && progress.offset() >= 0;
        if (fits && progress.file() < count)
            fits = progress.offset() <= manifest.files().get(progress.file()).length();
        if (!fits) throw new IllegalArgumentException(progress + " of " + count + " files");
        this.manifest = manifest;
        this.from = progress.from();
        this.copy = progress.copy();
        this.file = progress.file();
        this.offset = progress.offset();
        this.notedFile = file;
        for (int index = 0; index < file; index++)
            doneBytes += manifest.files().get(index).length();
        doneBytes += offset;
    }

    /** What to do now. */
    public CopyStep next() {
        boolean all = file == manifest.files().size();
        if (all && noted) return new CopyStep.Check();
        if (all || bytesSince >= NOTE_BYTES) return new CopyStep.Note(notedFile, progress());
        // An empty file is asked for, too, so that it is made; the answer has no bytes and ends it.
        long left = manifest.files().get(file).length() - offset;
        return new CopyStep.Fetch(file, offset, (int) Math.max(1, Math.min(left, RANGE_BYTES)));
    }

    /**
     * A range has come and is written.
     *
     * @param bytes how many
     * @param ends whether the file ends behind them, as the other node says
     * @throws IllegalArgumentException if that cannot be, with a sentence
     */
    public void fetched(int bytes, boolean ends) {
        long length = manifest.files().get(file).length();
        boolean more = bytes > length - offset;
        boolean stops = bytes == 0 && !ends;
        if (more || stops) {
            throw new IllegalArgumentException("Node " + from + " gives " + bytes + " bytes of "
                    + manifest.files().get(file).path() + " at " + offset + ", which has " + length + ".");
        }
        offset += bytes;
        doneBytes += bytes;
        bytesSince += bytes;
        noted = false;
        if (!ends && offset < length) return;
        doneBytes += length - offset;
        file++;
        offset = 0;
    }

    /** What was to be noted is on disk. */
    public void noted() {
        noted = true;
        notedFile = file;
        bytesSince = 0;
    }

    /** How far the copy has come, as it would be noted now. */
    public CopyProgress progress() {
        return new CopyProgress(from, copy, file, offset);
    }

    /** How many bytes all files have. */
    public long totalBytes() {
        return manifest.totalBytes();
    }

    /** How many bytes need not be fetched any more. */
    public long doneBytes() {
        return doneBytes;
    }
}

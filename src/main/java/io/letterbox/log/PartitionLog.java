package io.letterbox.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** The log of one partition: a single writer, reads from any thread. */
public final class PartitionLog implements AutoCloseable {
    PartitionLog() {}

    /**
     * Assigns offsets and epoch in place and writes one batch behind the end; rolls first when that is due.
     *
     * @param batch one batch between position and limit, checked by the caller; its position is moved to its limit
     * @param nowMs the time, for rolling by age
     * @throws IOException where the batch could not be written; the log is as before, or poisoned if even that failed
     */
    public AppendResult append(ByteBuffer batch, int leaderEpoch, long nowMs) throws IOException {
        throw new AssertionError();
    }

    /** Makes everything appended so far durable. A failure poisons the log for good: all later writes throw. */
    public void flush() throws IOException {
        startFlush().force();
    }

    /** Prepares a flush of everything appended so far; {@link Flush#force} may run on any thread. */
    public Flush startFlush() {
        throw new AssertionError();
    }

    /** True where a write or force failed in a way that leaves the log's end unknown. Any thread. */
    public boolean isPoisoned() {
        throw new AssertionError();
    }

    public Path directory() {
        throw new AssertionError();
    }

    /** The first offset that can be read. Any thread. */
    public long logStartOffset() {
        throw new AssertionError();
    }

    /** The offset of the next record. Any thread. */
    public long logEndOffset() {
        throw new AssertionError();
    }

    /** Everything below it is on disk. Any thread. */
    public long durableOffset() {
        throw new AssertionError();
    }

    /** The bytes of all segments. Any thread. */
    public long sizeBytes() {
        throw new AssertionError();
    }

    /** Any thread. */
    public int segmentCount() {
        throw new AssertionError();
    }

    /** Oldest first, the active one last; an immutable snapshot. Any thread. */
    public List<Segment> segments() {
        throw new AssertionError();
    }

    /**
     * Reads whole batches from the one that holds an offset. Any thread; blocks on the file.
     *
     * @param offset the first offset wanted
     * @param maxBytes at most so many bytes, but always the first batch
     * @param upToOffset no batch that ends beyond it
     * @throws io.letterbox.error.ApiException OFFSET_OUT_OF_RANGE below the log start offset or above the log's end
     * @throws CorruptLogException where a batch is not what was written: quarantine the partition
     */
    public LogRead read(long offset, int maxBytes, long upToOffset) throws IOException {
        throw new AssertionError();
    }

    /** The offset of the first record at or after a time, or {@code upToOffset} where there is none below it. Any thread. */
    public long offsetForTime(long timestampMs, long upToOffset) throws IOException {
        throw new AssertionError();
    }

    /** Cuts the log so that an offset becomes its end; whole batches only, so the end may come to lie below it. */
    public void truncateTo(long offset) throws IOException {
        throw new AssertionError();
    }

    /** Moves the log start offset up, durably, and deletes the segments that lie wholly below it. */
    public void deleteRecordsBefore(long offset) throws IOException {
        throw new AssertionError();
    }

    /**
     * Deletes what retention says may go, never above the high watermark, rolling the active segment first where it is
     * due by age, and closes files that no reader has used since the last call. Call it every few seconds.
     *
     * @return the base offsets of the deleted segments
     */
    public List<Long> applyRetention(long nowMs, long highWatermark) throws IOException {
        throw new AssertionError();
    }

    /** Changes the settings from the next append on. */
    public void configure(LogConfig config) {
        throw new AssertionError();
    }

    public LogConfig config() {
        throw new AssertionError();
    }

    /** Which leader wrote from where. */
    public EpochHistory epochs() {
        throw new AssertionError();
    }

    /**
     * Writes the active segment's indexes out and returns the durable offset, the recovery point to be persisted by
     * {@link RecoveryPoints}.
     */
    public long checkpoint() throws IOException {
        throw new AssertionError();
    }

    /** Flushes (unless poisoned), writes the indexes out and closes all files. */
    @Override
    public void close() throws IOException {
        throw new AssertionError();
    }

    /** Closes without flushing and deletes the whole directory: the topic is gone. */
    public void destroy() throws IOException {
        throw new AssertionError();
    }
}

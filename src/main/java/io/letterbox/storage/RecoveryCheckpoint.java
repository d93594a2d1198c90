package io.letterbox.storage;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.log.CleanShutdown;
import io.letterbox.log.LastStop;
import io.letterbox.log.RecoveryPoints;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers, across restarts, below which offset each log was durable, so that recovery reads only what lies past it.
 * Every shard has the file written when it has made progress; the file is one, so those who write it take turns.
 */
public final class RecoveryCheckpoint {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryCheckpoint.class);

    private final Disk disk;
    private final DataLayout layout;
    private final HostedPartitions hosted;
    /** The points of logs that have not been opened yet; they must not get lost when others are written. */
    private final Map<TopicIdPartition, Long> unopened;

    private final LastStop lastStop;
    private final ReentrantLock writeLock = new ReentrantLock();

    // Any thread.
    private final AtomicLong truncatedBytes = new AtomicLong();
    private final AtomicLong batchesChecked = new AtomicLong();
    private final AtomicLong batchesRestored = new AtomicLong();
    private final AtomicInteger logsOpened = new AtomicInteger();
    private volatile boolean closedWell = true;

    /** Gives its descriptor to the note of a failed force: nobody may lack one for that. */
    private final Disk.OpenDirectory spare;

    /**
     * Reads what the last process left, and takes its mark of a clean shutdown away.
     *
     * @param byName what the points of an earlier version mean
     */
    public RecoveryCheckpoint(Disk disk, DataLayout layout, HostedPartitions hosted, RecoveryPoints.Incarnations byName)
            throws IOException {
        this.disk = disk;
        this.layout = layout;
        this.hosted = hosted;
        // A killed process may have left points that only the cache knows; what is deleted because of them has to come
        // to the disk after them.
        spare = disk.openDirectory(layout.meta());
        spare.force();
        this.unopened = new ConcurrentHashMap<>(RecoveryPoints.read(disk, layout.recoveryPoints(), byName));
        boolean clean = CleanShutdown.removeMark(disk, layout.cleanShutdown());
        this.lastStop =
                disk.exists(layout.forceFailed()) ? LastStop.FORCE_FAILED : clean ? LastStop.CLEAN : LastStop.UNCLEAN;
    }

    /** How the last process ended. */
    public LastStop lastStop() {
        return lastStop;
    }

    /**
     * Notes down for the next start that a force has failed; has to be called as soon as that is known, since a start
     * without the note believes what it sees. The note need not come to the disk: once the machine has started anew,
     * the operating system shows what is there. Any thread.
     */
    public void forceFailed() {
        closedWell = false;
        try {
            spare.close();
            disk.create(layout.forceFailed()).close();
        } catch (IOException e) {
            LOG.error("{} could not be made: restart the machine before the server", layout.forceFailed(), e);
        }
    }

    /** All logs are open, and what they had is forced. */
    public void removeForceFailedNote() throws IOException {
        disk.delete(layout.forceFailed());
    }

    /** Below this offset a log that has not been opened yet was durable when the last process wrote its points. */
    long point(TopicIdPartition id) {
        return unopened.getOrDefault(id, 0L);
    }

    /** The partition is hosted, and knows its own point. */
    void onOpened(TopicIdPartition id) {
        unopened.remove(id);
    }

    /** The partition is not hosted any more, and its log stays where it is. */
    void keep(TopicIdPartition id, long point) {
        if (point > 0) unopened.put(id, point);
    }

    /** The log that the point belongs to is about to be deleted. */
    void forget(TopicIdPartition id) {
        unopened.remove(id);
    }

    void recovered(TopicPartition id, long truncated, long checked) {
        logsOpened.incrementAndGet();
        batchesChecked.addAndGet(checked);
        truncatedBytes.addAndGet(truncated);
        if (truncated > 0) LOG.info("{}: cut {} bytes of torn record batches off the end", id, truncated);
    }

    void restored(TopicPartition id, long batches) {
        batchesRestored.addAndGet(batches);
        if (batches > 0) LOG.info("{}: put {} record batches back from the write-ahead log", id, batches);
    }

    /** How many batches came back from write-ahead logs so far. */
    public long batchesRestored() {
        return batchesRestored.get();
    }

    /** How many logs were opened so far. */
    public int logsOpened() {
        return logsOpened.get();
    }

    /** How much of torn batches was cut off so far. */
    public long truncatedBytes() {
        return truncatedBytes.get();
    }

    /** How many batches past the recovery points were read and checked so far. */
    public long batchesChecked() {
        return batchesChecked.get();
    }

    /**
     * Writes down how far every hosted log is on disk with its indexes. Blocks, and waits for others who write: a shard
     * has it done beside its own thread, but for the points of topics that were deleted.
     */
    public void write() throws IOException {
        writeLock.lock();
        try {
            Map<TopicIdPartition, Long> points = new HashMap<>(unopened);
            for (HostedPartition partition : hosted.all()) {
                long point = partition.recoveryPoint();
                if (point > 0) points.put(partition.key(), point);
            }
            RecoveryPoints.write(disk, layout.recoveryPoints(), points);
        } finally {
            writeLock.unlock();
        }
    }

    /** A log could not be closed, so this stop is not a clean one. */
    void notClean() {
        closedWell = false;
    }

    /** The last words of a clean stop, after all shards have closed their logs. */
    public void close() throws IOException {
        spare.close();
        write();
        if (closedWell) CleanShutdown.mark(disk, layout.cleanShutdown());
    }
}

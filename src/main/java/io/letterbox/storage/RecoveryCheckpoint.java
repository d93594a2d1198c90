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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers, across restarts, below which offset each log was durable, so that recovery reads only what lies past it.
 * Shards have the file written when their checkpoints are done. All share one file, so a lock serialises the writers.
 */
public final class RecoveryCheckpoint {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryCheckpoint.class);

    private final Disk disk;
    private final DataLayout layout;
    private final HostedPartitions hosted;
    /**
     * The points of logs that have not been opened yet; they are written along with those of the others, so as not to
     * be lost.
     */
    private final Map<TopicIdPartition, Long> unopened;

    private final LastStop lastStop;
    private final ReentrantLock writeLock = new ReentrantLock();

    // Any thread.
    private final AtomicLong truncatedBytes = new AtomicLong();
    private final AtomicLong batchesChecked = new AtomicLong();
    private final AtomicLong batchesRestored = new AtomicLong();
    private final AtomicInteger logsOpened = new AtomicInteger();
    private volatile boolean closedWell = true;

    /** Shards of which a replica was opened. */
    private final Set<Integer> replicas = ConcurrentHashMap.newKeySet();

    /** Held open to have a descriptor for the note of a failed force, which must not fail for want of one. */
    private final Disk.OpenDirectory spare;

    /**
     * Reads the files of the last process, and removes its mark of a clean shutdown.
     *
     * @param byName what the points of an earlier version mean
     */
    public RecoveryCheckpoint(Disk disk, DataLayout layout, HostedPartitions hosted, RecoveryPoints.Incarnations byName)
            throws IOException {
        this.disk = disk;
        this.layout = layout;
        this.hosted = hosted;
        // A killed process may have left points that are only in the page cache. They are forced here, before anything
        // is deleted because of them.
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
     * How whoever last had the logs of a replica open ended: at first the last process, and then this one, which has
     * closed them because something was wrong.
     */
    LastStop lastStopOf(int shard) {
        boolean first = replicas.add(shard);
        return first || lastStop == LastStop.FORCE_FAILED ? lastStop : LastStop.UNCLEAN;
    }

    /**
     * Leaves a note for the next start that a force has failed. To be called at once, because a start without the note
     * trusts the page cache. The note itself need not be forced: after a restart of the machine the page cache is
     * empty, and the files show what is on the disk. Any thread.
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

    /** Removes the note of a failed force: all logs are open, and their content is forced. */
    public void removeForceFailedNote() throws IOException {
        disk.delete(layout.forceFailed());
    }

    /** The recovery point of a log that has not been opened yet, as the last process wrote it; 0 if there is none. */
    long point(TopicIdPartition id) {
        return unopened.getOrDefault(id, 0L);
    }

    /** Drops the point of a partition that is hosted now: {@link HostedPartition} keeps it. */
    void onOpened(TopicIdPartition id) {
        unopened.remove(id);
    }

    /** Keeps the point of a partition that is no longer hosted, but whose log stays. */
    void keep(TopicIdPartition id, long point) {
        if (point > 0) unopened.put(id, point);
    }

    /** Removes the point of a log that is about to be deleted. */
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

    /** How many batches were restored from write-ahead logs so far. */
    public long batchesRestored() {
        return batchesRestored.get();
    }

    /** How many logs were opened so far. */
    public int logsOpened() {
        return logsOpened.get();
    }

    /** How many bytes of torn batches were cut off so far. */
    public long truncatedBytes() {
        return truncatedBytes.get();
    }

    /** How many batches past the recovery points were read and checked so far. */
    public long batchesChecked() {
        return batchesChecked.get();
    }

    /**
     * Writes the recovery points of all logs. Blocks, and waits for other writers, so a shard has it done on another
     * thread, except for the points of deleted topics.
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

    /** Notes that a log could not be closed, so that this stop is not a clean one. */
    void notClean() {
        closedWell = false;
    }

    /** Writes the points and the mark of a clean shutdown, after all shards have closed their logs. */
    public void close() throws IOException {
        spare.close();
        write();
        if (closedWell) CleanShutdown.mark(disk, layout.cleanShutdown());
    }
}

package io.letterbox.storage;

import io.letterbox.log.CleanShutdown;
import io.letterbox.log.Disk;
import io.letterbox.log.RecoveryPoints;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers, across restarts, below which offset each log was durable, so that recovery reads only what lies past it.
 * Every shard writes the file when it has made progress; the file is one, so they take turns.
 */
public final class RecoveryCheckpoint {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryCheckpoint.class);

    private final Disk disk;
    private final Path pointsFile;
    private final Path cleanFile;
    private final HostedPartitions hosted;
    /** The points of logs that have not been opened yet; they must not get lost when others are written. */
    private final Map<TopicPartition, Long> unopened;

    private final boolean clean;
    private final ReentrantLock turn = new ReentrantLock();

    // Any thread.
    private final AtomicLong truncatedBytes = new AtomicLong();
    private final AtomicLong batchesChecked = new AtomicLong();
    private final AtomicInteger logsOpened = new AtomicInteger();
    private volatile boolean closedWell = true;

    /** Reads what the last process left in {@code meta}, and takes its clean-shutdown marker away. */
    public RecoveryCheckpoint(Disk disk, Path meta, HostedPartitions hosted) throws IOException {
        this.disk = disk;
        this.pointsFile = meta.resolve("recovery-points");
        this.cleanFile = meta.resolve("clean-shutdown");
        this.hosted = hosted;
        this.unopened = new ConcurrentHashMap<>(RecoveryPoints.read(disk, pointsFile));
        this.clean = CleanShutdown.take(disk, cleanFile);
    }

    /** Whether the last process closed its logs. */
    public boolean clean() {
        return clean;
    }

    /** Below this offset a log that has not been opened yet was durable when the last process wrote its points. */
    long point(TopicPartition id) {
        return unopened.getOrDefault(id, 0L);
    }

    /** The partition is hosted, and knows its own point. */
    void opened(TopicPartition id) {
        unopened.remove(id);
    }

    void recovered(TopicPartition id, long truncated, long checked) {
        logsOpened.incrementAndGet();
        batchesChecked.addAndGet(checked);
        truncatedBytes.addAndGet(truncated);
        if (truncated > 0) LOG.info("{}: cut {} bytes of torn record batches off the end", id, truncated);
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

    /** Writes down how far every hosted log is on disk with its indexes. Blocks; called on shards and at the end. */
    public void write() throws IOException {
        turn.lock();
        try {
            Map<TopicPartition, Long> points = new TreeMap<>(unopened);
            for (HostedPartition partition : hosted.all()) {
                long point = partition.recoveryPoint();
                if (point > 0) points.put(partition.id(), point);
            }
            RecoveryPoints.write(disk, pointsFile, points);
        } finally {
            turn.unlock();
        }
    }

    /** A log could not be closed, so this stop is not a clean one. */
    void notClean() {
        closedWell = false;
    }

    /** The last words of a clean stop, after all shards have closed their logs. */
    public void close() throws IOException {
        write();
        if (closedWell) CleanShutdown.mark(disk, cleanFile);
    }
}

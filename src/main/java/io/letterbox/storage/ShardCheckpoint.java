package io.letterbox.storage;

import io.letterbox.log.Flush;
import io.letterbox.log.ForceFailedException;
import io.letterbox.log.wal.WriteAheadLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forces what one shard's logs have so far in the write-ahead log only, and the segments that they have closed, beside the
 * appends that go on; then the write-ahead file is free again, and recovery points move. One at a time. Owned by the
 * shard's thread.
 */
final class ShardCheckpoint {
    /** So many bytes are appended at the most before a checkpoint: what a restart may have to read. */
    private static final long CHECKPOINT_BYTES = 64L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(ShardCheckpoint.class);

    private final StorageServices services;
    private final ShardPartitions partitions;
    private final WriteAheadLog wal;
    private CompletableFuture<Void> forcing;
    private long bytesSince;

    ShardCheckpoint(StorageServices services, ShardPartitions partitions, WriteAheadLog wal) {
        this.services = services;
        this.partitions = partitions;
        this.wal = wal;
    }

    /** Counts appended bytes; true where a checkpoint is due for their number. */
    boolean wrote(long bytes) {
        bytesSince += bytes;
        return bytesSince >= CHECKPOINT_BYTES;
    }

    /**
     * Begins a checkpoint where anything was appended since the last one and none is under way.
     *
     * @param shard runs work on the shard's thread
     * @param onForced told there when {@link #finish} is to be called
     * @throws IOException where a force failed; the shard must stop
     */
    void begin(Executor shard, Runnable onForced) throws IOException {
        if (forcing != null || bytesSince == 0) return;
        bytesSince = 0;
        wal.turn();
        List<Flush> flushes = new ArrayList<>();
        for (HostedPartition partition : partitions.all()) {
            Flush flush = partition.log() == null ? null : partition.log().startCheckpoint();
            if (flush != null) flushes.add(flush);
        }
        forcing = flushes.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : services.forces().forceInBackground(flushes);
        forcing.whenComplete((done, failure) -> shard.execute(onForced));
    }

    /**
     * Lets the write-ahead file go and writes the recovery points.
     *
     * @throws IOException where a force failed; the shard must stop
     */
    void finish() throws IOException {
        if (forcing == null) return;
        awaitForces();
        forcing = null;
        try {
            for (HostedPartition partition : partitions.all()) {
                if (partition.quarantine() == null) partition.endCheckpoint();
            }
            services.recovery().write();
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException full) {
            // Nothing rests on what could not be written: a restart would only have more to read.
            LOG.warn("The recovery points could not be written, and are tried again: {}", full.toString());
            bytesSince = 1;
        }
    }

    /**
     * The shard stops: waits for what is under way, of which {@link #finish} is to make nothing any more.
     *
     * @throws IOException where a force failed
     */
    void abandon() throws IOException {
        awaitForces();
        forcing = null;
    }

    /**
     * Waits until no force is under way, as nobody may close or delete a log before. Blocks.
     *
     * @throws IOException where one failed; the shard must stop
     */
    void awaitForces() throws IOException {
        if (forcing == null) return;
        try {
            forcing.join();
        } catch (CompletionException failure) {
            throw failure.getCause() instanceof UncheckedIOException io ? io.getCause() : new IOException(failure);
        }
    }
}

package io.letterbox.storage;

import io.letterbox.disk.ForceFailedException;
import io.letterbox.log.Flush;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Forces what one shard's logs have so far in the journal only, and the segments that they have closed; then the
 * journal's entries of before are not needed any more, and recovery points move. Forces, and the writing of the points,
 * which all shards have in one file, go on beside the appends. One checkpoint at a time. Owned by the shard's thread.
 */
final class ShardCheckpoint {
    /** So many bytes are appended at the most before a checkpoint: what a restart may have to read. */
    private static final long CHECKPOINT_BYTES = 64L << 20;

    /** So many logs are forced at once where no other file may be opened before. */
    private static final int FORCED_FOR_ROOM = 64;

    private final StorageServices services;
    private final ShardPartitions partitions;
    private final Journal journal;

    /** What goes on beside the shard's thread; null if there is no checkpoint under way. */
    private CompletableFuture<Void> underWay;

    /** Whether that is the writing of the recovery points: the logs have been forced then. */
    private boolean writingPoints;

    private Executor shard;
    private Runnable onStep;
    private long bytesSince;

    /** The journal's entries of before are still needed, because what they hold has not been forced into the logs. */
    private boolean unforced;

    ShardCheckpoint(StorageServices services, ShardPartitions partitions, Journal journal) {
        this.services = services;
        this.partitions = partitions;
        this.journal = journal;
    }

    /** Counts appended bytes; true if a checkpoint is due for their number. */
    boolean wrote(long bytes) {
        bytesSince += bytes;
        return bytesSince >= CHECKPOINT_BYTES;
    }

    /** True if a checkpoint is due for the number of files that cannot be closed before it. */
    boolean isDueForFiles() {
        return services.files().openFiles().wantForce();
    }

    /**
     * Before an append to a partition: where as many files are open as may be, and none of them could be closed, forces
     * some. Blocks; seldom, as a checkpoint has been due since half of them were.
     *
     * @throws ForceFailedException where a force failed; the shard must stop
     */
    void makeRoomFor(HostedPartition partition) throws IOException {
        if (!services.files().openFiles().needForce() || partition.log().isOpen()) return;
        List<Flush> flushes = new ArrayList<>(FORCED_FOR_ROOM);
        for (HostedPartition held : partitions.all()) {
            if (flushes.size() == FORCED_FOR_ROOM) break;
            boolean silent = held.log() == null || held.isGone() || !held.log().isOpen();
            if (!silent && held.log().forcedOffset() < held.log().logEndOffset())
                flushes.add(held.log().startFlush());
        }
        services.forces().force(flushes);
    }

    /**
     * Begins a checkpoint where anything was appended since the last one and none is under way.
     *
     * @param shardThread runs work on the shard's thread
     * @param afterStep told there each time that {@link #proceed} is to be called
     * @throws ForceFailedException where a force failed; the shard must stop
     * @throws IOException where something was lacking; to be called again
     */
    void begin(Executor shardThread, Runnable afterStep) throws IOException {
        if (underWay != null || bytesSince == 0) return;
        shard = shardThread;
        onStep = afterStep;
        bytesSince = 0;
        // One that did not get through has told it already.
        if (!unforced) journal.checkpointBegins();
        unforced = true;
        List<Flush> flushes = new ArrayList<>();
        boolean whole = isDueForFiles();
        for (HostedPartition partition : partitions.all()) {
            boolean silent = partition.log() == null || partition.isGone();
            Flush flush = silent ? null : partition.log().startCheckpoint(whole);
            if (flush != null) flushes.add(flush);
        }
        awaitBeside(
                flushes.isEmpty()
                        ? CompletableFuture.completedFuture(null)
                        : services.forces().forceInBackground(flushes));
    }

    private void awaitBeside(CompletableFuture<Void> step) {
        underWay = step;
        step.whenComplete((done, failure) -> shard.execute(onStep));
    }

    /**
     * Goes on where a step is over: when the logs are forced, lets the journal's entries go and has the recovery points
     * written; when those are, the checkpoint is over. Where something is lacking, the next checkpoint does it: nothing
     * rests on what is left over, a restart would only have more to read.
     *
     * @throws ForceFailedException where a force failed; the shard must stop
     */
    void proceed() throws ForceFailedException {
        if (underWay == null) return;
        boolean pointsWritten = writingPoints;
        try {
            try {
                join();
            } finally {
                underWay = null;
                writingPoints = false;
            }
            if (pointsWritten) {
                services.shortages().passed(FileOperation.CHECKPOINT, partitions);
                return;
            }
            unforced = false;
            for (HostedPartition partition : partitions.all()) {
                if (partition.quarantine() == null) partition.endCheckpoint();
            }
            CompletableFuture<Void> writing = services.forces().inBackground(services.recovery()::write);
            writingPoints = true;
            awaitBeside(writing);
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException lacking) {
            services.shortages().failed(FileOperation.CHECKPOINT, partitions, lacking);
            bytesSince = Math.max(1, bytesSince);
        }
    }

    /**
     * The shard stops: waits for what is under way, of which {@link #proceed} is to make nothing any more.
     *
     * @throws ForceFailedException where a force failed
     */
    void abandon() throws ForceFailedException {
        if (underWay == null) return;
        try {
            joinOrLack();
        } finally {
            underWay = null;
        }
    }

    /**
     * Waits until no log is being forced, as nobody may close or delete one before. Blocks.
     *
     * @throws ForceFailedException where one failed; the shard must stop
     */
    void awaitForces() throws ForceFailedException {
        if (underWay != null && !writingPoints) joinOrLack();
    }

    private void joinOrLack() throws ForceFailedException {
        try {
            join();
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException lacking) {
            // It is over, and what comes next makes of it what there is to be made.
        }
    }

    private void join() throws IOException {
        try {
            underWay.join();
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof UncheckedIOException io) throw io.getCause();
            throw new ForceFailedException("A log", new IOException(failure.getCause()));
        }
    }
}

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
 * The checkpoint of one shard: forces the logs whose newest batches are only in the journal, and the closed segments.
 * Afterwards older entries of the journal are not needed any more, and recovery points move. Forces, and the writing of
 * the points, which all shards have in one file, run in the background of appends. One checkpoint at a time. Owned by
 * the shard's thread.
 */
final class ShardCheckpoint {
    /** How many bytes are appended before a checkpoint is due: a restart may have to read that many. */
    private static final long CHECKPOINT_BYTES = 64L << 20;

    /** How many logs are forced at once if no file can be opened before. */
    private static final int FORCED_FOR_ROOM = 64;

    private final StorageServices services;
    private final PartitionTable partitions;
    private final Note note;

    /** The background step; null if no checkpoint is under way. */
    private CompletableFuture<Void> underWay;

    /** True if the background step is the writing of the recovery points, after the logs were forced. */
    private boolean writingPoints;

    private Executor shard;
    private Runnable onStep;
    private long bytesSince;

    /**
     * True while older entries of the journal are still needed, because their batches have not been forced into the
     * logs.
     */
    private boolean unforced;

    /** What a checkpoint leaves for the next start. */
    interface Note {
        /** Whether it speaks of all that is in the logs, so that the active segments are forced, too. */
        boolean ofWholeLogs();

        /**
         * The logs are about to be forced: what they hold now is to be noted.
         *
         * @param again true if the checkpoint before has not forced all that it was to force
         */
        void begins(boolean again);

        /** All of that is in the files. False if it is not, so that another checkpoint is due. */
        boolean forced();

        /** Writes it down, durably. On a thread beside the shard's. */
        void write() throws IOException;

        /** It is written. */
        void written() throws IOException;
    }

    ShardCheckpoint(StorageServices services, PartitionTable partitions, Note note) {
        this.services = services;
        this.partitions = partitions;
        this.note = note;
    }

    /** Counts appended bytes. Returns true if a checkpoint is due because of them. */
    boolean onAppended(long bytes) {
        bytesSince += bytes;
        return bytesSince >= CHECKPOINT_BYTES;
    }

    /**
     * True if a checkpoint is due because too many open files have bytes that are not forced, so that they cannot be
     * closed.
     */
    boolean isDueForFiles() {
        return services.files().openFiles().wantForce();
    }

    /**
     * Forces some logs, to be called before an append to a partition, if the limit of open files is reached and none of
     * them can be closed. Blocks, but seldom: a checkpoint has been due since half of the limit was reached.
     *
     * @throws ForceFailedException if a force failed; the shard must stop
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
     * Begins a checkpoint if anything was appended since the last one and none is under way.
     *
     * @param shardThread runs tasks on the shard's thread
     * @param afterStep run there each time {@link #proceed} is to be called
     * @throws ForceFailedException if a force failed; the shard must stop
     * @throws IOException if something was lacking; to be called again
     */
    void begin(Executor shardThread, Runnable afterStep) throws IOException {
        if (underWay != null || bytesSince == 0) return;
        shard = shardThread;
        onStep = afterStep;
        bytesSince = 0;
        note.begins(unforced);
        unforced = true;
        List<Flush> flushes = new ArrayList<>();
        boolean whole = note.ofWholeLogs() || isDueForFiles();
        for (HostedPartition partition : partitions.all()) {
            boolean silent = partition.log() == null || partition.isGone();
            Flush flush = silent ? null : partition.log().startCheckpoint(whole);
            if (flush != null) flushes.add(flush);
        }
        runInBackground(
                flushes.isEmpty()
                        ? CompletableFuture.completedFuture(null)
                        : services.forces().forceInBackground(flushes));
    }

    private void runInBackground(CompletableFuture<Void> step) {
        underWay = step;
        step.whenComplete((done, failure) -> shard.execute(onStep));
    }

    /**
     * Continues after a background step: when the logs are forced, frees the journal's entries and has the recovery
     * points written; after that the checkpoint is over. If a resource is short, the next checkpoint does it: no data
     * depends on it, a restart would only have more to read.
     *
     * @throws ForceFailedException if a force failed; the shard must stop
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
                note.written();
                services.shortages().succeeded(FileOperation.CHECKPOINT, partitions);
                return;
            }
            unforced = false;
            for (HostedPartition partition : partitions.all()) {
                if (partition.quarantine() == null) partition.endCheckpoint();
            }
            if (!note.forced()) {
                bytesSince = Math.max(1, bytesSince);
                return;
            }
            CompletableFuture<Void> writing = services.forces().inBackground(note::write);
            writingPoints = true;
            runInBackground(writing);
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException lacking) {
            services.shortages().failed(FileOperation.CHECKPOINT, partitions, lacking);
            bytesSince = Math.max(1, bytesSince);
        }
    }

    /**
     * Waits for the step under way and drops the checkpoint, so that {@link #proceed} does nothing; for a shard that
     * stops.
     *
     * @throws ForceFailedException if a force failed
     */
    void abandon() throws ForceFailedException {
        if (underWay == null) return;
        try {
            joinDespiteShortage();
        } finally {
            underWay = null;
        }
    }

    /** As {@link #abandon}, in a shard that has ended already: no log is closed while it is forced. */
    void abandonAfterFailure() {
        try {
            abandon();
        } catch (ForceFailedException known) {
            // That may be why it has ended.
        }
    }

    /**
     * Waits until no log is being forced: before that no log may be closed or deleted. Blocks.
     *
     * @throws ForceFailedException if one failed; the shard must stop
     */
    void awaitForces() throws ForceFailedException {
        if (underWay != null && !writingPoints) joinDespiteShortage();
    }

    private void joinDespiteShortage() throws ForceFailedException {
        try {
            join();
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException lacking) {
            // The forces are over; proceed handles the shortage.
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

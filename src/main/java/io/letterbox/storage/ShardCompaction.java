package io.letterbox.storage;

import io.letterbox.disk.ForceFailedException;
import io.letterbox.error.ApiException;
import io.letterbox.log.compaction.CompactionPlan;
import io.letterbox.log.compaction.CompactionResult;
import io.letterbox.log.compaction.Compactor;
import io.letterbox.time.Moment;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the logs of one shard. Plans and installs on the shard's thread, which owns this object, and cleans on a
 * background thread, so that appends do not wait for it.
 */
final class ShardCompaction {
    private static final Logger LOG = LoggerFactory.getLogger(ShardCompaction.class);

    private final StorageServices services;
    private final ShardFailures failures;
    private final Map<HostedPartition, Run> runs = new HashMap<>();
    private Consumer<IOException> onFatal = fatal -> {};

    /** One partition's compactor and its cleaning run. */
    private static final class Run {
        private final Compactor compactor;
        private CompletableFuture<Void> cleaning = CompletableFuture.completedFuture(null);
        private volatile boolean stopped;

        /** True if the reason why the last run was refused has been logged. */
        private boolean refused;

        Run(Compactor compactor) {
            this.compactor = compactor;
        }
    }

    ShardCompaction(StorageServices services, ShardFailures failures) {
        this.services = services;
        this.failures = failures;
    }

    /** Sets the listener that ends the shard if a force failed; before the first {@link #consider}. */
    void onFatal(Consumer<IOException> listener) {
        onFatal = listener;
    }

    /**
     * Starts a run if the partition is due for one. None starts while the wall clock may be wrong: compaction lags and
     * the deletion of tombstones depend on it, and the delete horizon is written into the log.
     */
    void consider(HostedPartition partition, Moment now) throws IOException {
        if (!partition.config().compact() || !now.wallConfirmed()) return;
        Run run = runs.computeIfAbsent(
                partition, p -> new Run(new Compactor(services.files(), p.log(), Compactor.MAP_BYTES)));
        CompactionPlan plan = run.compactor.plan(now.wallMs(), partition.stableOffset());
        if (plan == null) return;
        if (services.disk().freeBytes() - plan.sizeBytes() < services.disk().reserveBytes()) {
            run.compactor.abandon();
            throw new IOException(
                    "No space left on device but the reserve: compaction may need " + plan.sizeBytes() + " bytes");
        }
        CompletableFuture<Void> cleaning = new CompletableFuture<>();
        run.cleaning = cleaning;
        services.meters().housekeeping().compactionBegan(partition.id());
        services.background()
                .executeBlocking(() -> clean(run, plan, cleaning), false)
                .onSuccess(compaction -> install(partition, run, compaction))
                .onFailure(failure -> abandon(partition, run, failure));
    }

    private static CompactionResult clean(Run run, CompactionPlan plan, CompletableFuture<Void> cleaning)
            throws IOException {
        try {
            return run.compactor.clean(plan, () -> run.stopped);
        } finally {
            cleaning.complete(null);
        }
    }

    private void install(HostedPartition partition, Run run, CompactionResult compaction) {
        if (run.stopped) return;
        services.meters().housekeeping().compactionEnded(partition.id(), true);
        try {
            failures.attempt(FileOperation.COMPACTION, partition, () -> install(partition, run.compactor, compaction));
            run.refused = false;
        } catch (IOException fatal) {
            onFatal.accept(fatal);
        }
    }

    private static void install(HostedPartition partition, Compactor compactor, CompactionResult compaction)
            throws IOException {
        compactor.install(compaction);
        partition.tail().clearBelow(compaction.compactedUpTo());
        LOG.info(
                "Compacted {} up to offset {}: {} of {} records dropped",
                partition.id(),
                compaction.compactedUpTo(),
                compaction.recordsDropped(),
                compaction.recordsRead());
    }

    private void abandon(HostedPartition partition, Run run, Throwable failure) {
        run.compactor.abandon();
        if (failure instanceof CancellationException || run.stopped) return;
        services.meters().housekeeping().compactionEnded(partition.id(), false);
        try {
            // Not fatal: the failed force was one of the new file, which is deleted, and not one of the log.
            if (failure instanceof ForceFailedException unused)
                services.shortages().failed(FileOperation.COMPACTION, partition.id(), unused);
            else if (failure instanceof IOException failed)
                failures.handle(FileOperation.COMPACTION, partition, failed);
            else if (failure instanceof ApiException refusal) refused(partition, run, refusal);
            else LOG.error("{} could not be compacted", partition.id(), failure);
        } catch (IOException fatal) {
            onFatal.accept(fatal);
        }
    }

    /** Logs a refusal once: it does not pass by itself, so every later run meets it until an operator acts. */
    private static void refused(HostedPartition partition, Run run, ApiException refusal) {
        if (!run.refused) LOG.warn("{} cannot be compacted: {}", partition.id(), refusal.getMessage());
        run.refused = true;
    }

    /** Ends the run of a partition that goes away; waits for the batch that is being cleaned. */
    void stop(HostedPartition partition) {
        Run run = runs.remove(partition);
        if (run == null) return;
        run.stopped = true;
        run.cleaning.join();
        services.meters().housekeeping().forget(partition.id());
    }
}

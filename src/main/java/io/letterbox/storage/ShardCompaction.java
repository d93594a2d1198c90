package io.letterbox.storage;

import io.letterbox.error.ApiException;
import io.letterbox.log.Compaction;
import io.letterbox.log.CompactionPlan;
import io.letterbox.log.Compactor;
import io.letterbox.log.CorruptLogException;
import io.letterbox.time.Moment;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the logs of one shard: plans and installs on the shard's thread, which owns this, and cleans on a background
 * thread, so that nobody who publishes waits for it.
 */
final class ShardCompaction {
    private static final Logger LOG = LoggerFactory.getLogger(ShardCompaction.class);

    private final StorageServices services;
    private final Map<HostedPartition, Run> runs = new HashMap<>();

    /** One partition's compactor, and the cleaning that is under way. */
    private static final class Run {
        private final Compactor compactor;
        private CompletableFuture<Void> cleaning = CompletableFuture.completedFuture(null);
        private volatile boolean stopped;

        /** True where it has been said why the last run did not get through. */
        private boolean refused;

        Run(Compactor compactor) {
            this.compactor = compactor;
        }
    }

    ShardCompaction(StorageServices services) {
        this.services = services;
    }

    /**
     * Starts a run where the partition is due for one. None while the wall clock may be wrong: it decides about lags and
     * tombstones, and goes into the log as their horizon.
     */
    void consider(HostedPartition partition, Moment now) throws IOException {
        if (!partition.config().compact() || !now.wallConfirmed()) return;
        Run run = runs.computeIfAbsent(
                partition, p -> new Run(new Compactor(services.files(), p.log(), Compactor.MAP_BYTES)));
        CompactionPlan plan = run.compactor.plan(now.wallMs(), partition.stableOffset());
        if (plan == null) return;
        if (services.disk().freeBytes() - plan.sizeBytes() < services.disk().reserveBytes()) {
            LOG.warn(
                    "{} is due for compaction, which may need {} bytes: too much now",
                    partition.id(),
                    plan.sizeBytes());
            run.compactor.abandon();
            return;
        }
        CompletableFuture<Void> cleaning = new CompletableFuture<>();
        run.cleaning = cleaning;
        services.background()
                .executeBlocking(() -> clean(run, plan, cleaning), false)
                .onSuccess(compaction -> install(partition, run, compaction))
                .onFailure(failure -> abandon(partition, run, failure));
    }

    private static Compaction clean(Run run, CompactionPlan plan, CompletableFuture<Void> cleaning) throws IOException {
        try {
            return run.compactor.clean(plan, () -> run.stopped);
        } finally {
            cleaning.complete(null);
        }
    }

    private void install(HostedPartition partition, Run run, Compaction compaction) {
        if (run.stopped) return;
        try {
            run.compactor.install(compaction);
            run.refused = false;
            partition.tail().clearBelow(compaction.compactedUpTo());
            LOG.info(
                    "Compacted {} up to offset {}: {} of {} records dropped",
                    partition.id(),
                    compaction.compactedUpTo(),
                    compaction.recordsDropped(),
                    compaction.recordsRead());
        } catch (IOException e) {
            LOG.error("{}: the compacted segments could not take their places", partition.id(), e);
        }
    }

    private static void abandon(HostedPartition partition, Run run, Throwable failure) {
        run.compactor.abandon();
        if (failure instanceof CorruptLogException) {
            partition.quarantine(failure.getMessage());
        } else if (failure instanceof ApiException refusal) {
            // Not for what the bytes are, so every later run meets the same until somebody does something about it.
            if (!run.refused) LOG.warn("{} cannot be compacted: {}", partition.id(), refusal.getMessage());
            run.refused = true;
        } else if (!(failure instanceof CancellationException)) {
            LOG.error("{} could not be compacted", partition.id(), failure);
        }
    }

    /** Ends what is under way for a partition that goes away; waits for the batch that is being cleaned. */
    void stop(HostedPartition partition) {
        Run run = runs.remove(partition);
        if (run == null) return;
        run.stopped = true;
        run.cleaning.join();
    }
}

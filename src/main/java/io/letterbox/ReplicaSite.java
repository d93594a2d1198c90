package io.letterbox;

import io.letterbox.cluster.Peers;
import io.letterbox.cluster.copy.CopyBudget;
import io.letterbox.cluster.copy.CopyFetch;
import io.letterbox.cluster.copy.CopyTarget;
import io.letterbox.storage.MetadataService;
import io.letterbox.storage.StorageServices;
import io.letterbox.time.Clock;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.function.BooleanSupplier;

/**
 * What all replicas of this node share.
 *
 * @param workers for what blocks
 * @param stopping whether the node stops, so that nothing is found any more
 */
record ReplicaSite(
        ClusterAssembly cluster,
        StorageServices services,
        ShardDeployments deployments,
        MetadataService metadata,
        WorkerExecutor workers,
        Copies copies,
        BooleanSupplier stopping) {
    /**
     * For copies, which take long and are not to hold anything else up.
     *
     * @param loop owns the budget
     * @param workers for their files
     */
    record Copies(Vertx vertx, Context loop, WorkerExecutor workers, CopyBudget budget) {
        CopyFetch fetch(Peers peers, CopyTarget target) {
            return new CopyFetch(vertx, peers, workers, target, budget, Clock.system()::elapsedMs);
        }
    }

    boolean isStopping() {
        return stopping.getAsBoolean();
    }
}

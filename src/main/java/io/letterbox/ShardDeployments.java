package io.letterbox;

import io.letterbox.storage.HostedShards;
import io.letterbox.storage.StorageVerticle;
import io.letterbox.telemetry.ThreadKind;
import io.letterbox.telemetry.ThreadWatch;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The shards of this node that are deployed, each on a thread of its own. Any thread. */
final class ShardDeployments {
    private final Vertx vertx;
    private final HostedShards hosted;

    /** By number. */
    private final Map<Integer, StorageVerticle> verticles = new ConcurrentHashMap<>();

    private final Set<Integer> watched = ConcurrentHashMap.newKeySet();
    private final Map<Integer, String> deployments = new ConcurrentHashMap<>();

    /**
     * Held until Vert.x closes, or a shard that is undeployed would lose its thread while tasks wait for it. By a
     * strong reference, because Vert.x closes a shared executor that is not referenced.
     */
    private final Map<Integer, WorkerExecutor> threads = new ConcurrentHashMap<>();

    /** Null before {@link #watch}. */
    private volatile ThreadWatch watch;

    /** @param hosted gets the shards that are deployed */
    ShardDeployments(Vertx vertx, HostedShards hosted) {
        this.vertx = vertx;
        this.hosted = hosted;
    }

    /** Deploys a shard that is not deployed. */
    Future<Void> deploy(int shard, StorageVerticle verticle) {
        String name = "letterbox-storage-" + shard;
        threads.put(shard, vertx.createSharedWorkerExecutor(name, 1));
        return vertx.deployVerticle(
                        verticle,
                        new DeploymentOptions()
                                .setThreadingModel(ThreadingModel.WORKER)
                                // A pool for each shard, so that it always runs on the same thread.
                                .setWorkerPoolName(name)
                                .setWorkerPoolSize(1))
                .map(id -> {
                    deployments.put(shard, id);
                    verticles.put(shard, verticle);
                    hosted.add(shard);
                    if (watch != null) watch(shard, verticle);
                    return null;
                });
    }

    /**
     * Undeploys a shard while the node goes on, if it is deployed: its logs are closed, and it may be deployed again.
     *
     * @return complete when that is done
     */
    Future<Void> undeploy(int shard) {
        StorageVerticle verticle = verticles.remove(shard);
        if (verticle == null) return Future.succeededFuture();
        // Behind what was sent before, which is answered. What comes later is refused, and finds the shard until then.
        return verticle.retire()
                .compose(retired -> {
                    hosted.remove(shard);
                    return vertx.undeploy(deployments.remove(shard));
                })
                .mapEmpty();
    }

    /** The shards by number. Changes as more are deployed. */
    Map<Integer, StorageVerticle> verticles() {
        return verticles;
    }

    /** Has the threads watched of all shards that are deployed, and of those that will be. */
    void watch(ThreadWatch by) {
        watch = by;
        verticles.forEach(this::watch);
    }

    private void watch(int shard, StorageVerticle verticle) {
        if (watched.add(shard))
            watch.watch("shard-" + shard, ThreadKind.SHARD, work -> {
                // All verticles of a shard have one thread.
                StorageVerticle present = verticles.getOrDefault(shard, verticle);
                present.onThread(work);
            });
    }

    /**
     * Commits and closes all shards, one after the other.
     *
     * @param seconds how long each may take
     * @return whether there are any
     * @throws TimeoutException if one takes longer
     */
    boolean close(long seconds) throws TimeoutException {
        for (String deployment : deployments.values())
            vertx.undeploy(deployment).await(seconds, TimeUnit.SECONDS);
        return !deployments.isEmpty();
    }
}

package io.letterbox.cluster.hazelcast;

import com.hazelcast.config.Config;
import com.hazelcast.config.ListenerConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.core.LifecycleListener;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One clustered Vert.x with its Hazelcast, from start to end. Any thread. */
final class ClusteredVertx {
    private static final Logger LOG = LoggerFactory.getLogger(ClusteredVertx.class);
    private static final String LOGGING = "hazelcast.logging.type";
    private static final int CONNECT_MS = 2_000;
    /** A dead peer's connection, and what waits in it, is given up after a ping and its answer. */
    static final long PING_MS = 2_000;

    private static final int WORKERS = 2;
    private static final long CLOSE_MS = 5_000;

    private final HazelcastClusterManager members;
    private final AtomicBoolean closing = new AtomicBoolean();
    private Vertx vertx;

    private ClusteredVertx(HazelcastClusterManager members) {
        this.members = members;
    }

    /**
     * Starts one, in the background.
     *
     * @param lost called when Hazelcast has ended without being told to: it does not come back by itself
     */
    static Future<ClusteredVertx> start(Config config, BusAddresses at, Consumer<String> lost) {
        ClusteredVertx[] started = new ClusteredVertx[1];
        LifecycleListener listener = event -> {
            LifecycleState state = event.getState();
            boolean ended = state == LifecycleState.SHUTDOWN || state == LifecycleState.MERGE_FAILED;
            if (ended && started[0] != null && !started[0].closing.get()) lost.accept(state.name());
        };
        // What Hazelcast says before it looks at its configuration.
        if (System.getProperty(LOGGING) == null) System.setProperty(LOGGING, "slf4j");
        config.addListenerConfig(new ListenerConfig(listener));
        started[0] = new ClusteredVertx(new HazelcastClusterManager(config));
        return Vertx.builder()
                .with(options(at))
                .withClusterManager(started[0].members)
                .buildClustered()
                .map(built -> {
                    started[0].vertx = built;
                    return started[0];
                });
    }

    private static VertxOptions options(BusAddresses at) {
        EventBusOptions bus = new EventBusOptions()
                .setHost(at.listenHost())
                .setPort(at.bus().port())
                .setClusterPublicHost(at.bus().host())
                .setClusterPublicPort(at.bus().port())
                .setConnectTimeout(CONNECT_MS)
                .setClusterPingInterval(PING_MS)
                .setClusterPingReplyInterval(PING_MS)
                .setReconnectAttempts(0)
                .setTcpKeepAlive(true);
        return new VertxOptions()
                .setEventBusOptions(bus)
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(WORKERS)
                .setInternalBlockingPoolSize(WORKERS)
                .setBlockedThreadCheckInterval(TimeUnit.DAYS.toMillis(365))
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
    }

    Vertx vertx() {
        return vertx;
    }

    /** How many members Hazelcast sees, this one included; 0 if it has ended. */
    int members() {
        HazelcastInstance instance = members.getHazelcastInstance();
        if (instance == null || !instance.getLifecycleService().isRunning()) return 0;
        return instance.getCluster().getMembers().size();
    }

    /** Ends Hazelcast as a failure would. For tests. */
    void fail() {
        members.getHazelcastInstance().getLifecycleService().terminate();
    }

    /**
     * Closes it, by force if that takes longer than some seconds. The future never fails; a thread may be left that
     * waits for Hazelcast.
     */
    Future<Void> close() {
        closing.set(true);
        Promise<Void> closed = Promise.promise();
        Thread closer = new Thread(
                () -> {
                    closeWithin();
                    closed.complete();
                },
                "letterbox-bus-close");
        closer.setDaemon(true);
        closer.start();
        return closed.future();
    }

    private void closeWithin() {
        try {
            vertx.close().await(CLOSE_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | RuntimeException e) {
            LOG.warn("The event bus between the nodes did not close in time and is cut", e);
            try {
                members.getHazelcastInstance().getLifecycleService().terminate();
            } catch (RuntimeException left) {
                LOG.warn("Hazelcast could not be ended; it ends with the process", left);
            }
        }
    }
}

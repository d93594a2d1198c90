package io.letterbox;

import io.letterbox.cluster.Leaders;
import io.letterbox.cluster.copy.CopyBudget;
import io.letterbox.cluster.placement.AbsentNodes;
import io.letterbox.cluster.placement.LeaderBalance;
import io.letterbox.cluster.placement.LedShard;
import io.letterbox.cluster.raft.RaftShardLog;
import io.letterbox.cluster.status.ReadyCheck;
import io.letterbox.cluster.status.ReplicaReport;
import io.letterbox.cluster.status.ReplicaWatch;
import io.letterbox.config.ClusterConfig;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.ReplicaId;
import io.letterbox.metadata.ReplicaPlacement;
import io.letterbox.metadata.ShardImage;
import io.letterbox.metadata.ShardLeader;
import io.letterbox.storage.MetadataService;
import io.letterbox.storage.StorageServices;
import io.letterbox.storage.StorageVerticle;
import io.letterbox.storage.replica.FollowerProgress;
import io.letterbox.storage.replica.ReplicaView;
import io.letterbox.time.Clock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicated shards of this node: enters the Raft groups of those that the metadata give to it, tells the metadata
 * service who leads them, and does what is to be done now and then: the controller makes shards that the cluster lacks,
 * and leaders hand on what others are to lead.
 */
final class ClusterShards {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterShards.class);
    private static final int THREADS = 3;
    private static final long TICK_MS = 100;
    private static final long REOPEN_MS = 1_000;
    private static final long NEVER = Long.MIN_VALUE;

    /** How long a node that is ready otherwise waits until the leaders are spread. */
    private static final long SPREAD_MS = 10_000;

    private static final long TRANSFER_MS = 3_000;
    private final Vertx vertx;
    private final ClusterAssembly cluster;
    private final int shardsPerNode;
    private final MetadataService metadata;

    private final Leaders leaders;

    /** For what blocks: opening, and looking at Raft. */
    private final WorkerExecutor workers;

    // Any thread.
    private final Set<Integer> known = ConcurrentHashMap.newKeySet();
    private final Map<Integer, HostedReplica> replicas = new ConcurrentHashMap<>();
    private final AtomicBoolean ticking = new AtomicBoolean();
    private final AtomicBoolean making = new AtomicBoolean();
    private final AtomicBoolean moving = new AtomicBoolean();
    private volatile boolean ready;
    private volatile boolean stopping;
    private volatile List<String> sentences = List.of();
    private final ReplicaSite site;
    private final HealingAssembly healing;
    private long timer = -1;

    /** Written by ticks. */
    private final ReplicaWatch watch;

    /** When a replica could not even be looked at, on the monotonic clock; {@link #NEVER} if that has not been. */
    private volatile long unopenedMs = NEVER;

    // One tick after the other.
    private final LeaderBalance balance;
    private volatile boolean spread;

    /**
     * @param config {@code cluster}
     * @param deployments gets the shards
     */
    ClusterShards(
            Vertx vertx,
            ClusterAssembly cluster,
            ClusterConfig config,
            StorageServices services,
            ShardDeployments deployments,
            MetadataService metadata) {
        this.vertx = vertx;
        this.cluster = cluster;
        this.shardsPerNode = config.shardsPerNode();
        this.metadata = metadata;
        this.leaders = cluster.leaders();
        this.balance = new LeaderBalance(cluster.self().node());
        this.watch = new ReplicaWatch(cluster.self().node());
        this.workers = vertx.createSharedWorkerExecutor("letterbox-cluster", THREADS);
        ReplicaSite.Copies copies = new ReplicaSite.Copies(
                vertx,
                ((VertxInternal) vertx).createEventLoopContext(),
                vertx.createSharedWorkerExecutor("letterbox-copy", 2, 1, TimeUnit.HOURS),
                new CopyBudget(config.copyBytesPerSecond()));
        this.site = new ReplicaSite(cluster, services, deployments, metadata, workers, copies, () -> stopping);
        this.healing = new HealingAssembly(site, replicas);
    }

    /** Begins, when the first image has been applied. */
    void start() {
        leaders.listen(metadata::showLeaders);
        healing.start();
        timer = vertx.setPeriodic(TICK_MS, fired -> {
            if (!ticking.compareAndSet(false, true)) return;
            workers.executeBlocking(this::tick, false).onComplete(done -> {
                ticking.set(false);
                if (done.failed()) LOG.error("The cluster's shards were not looked after", done.cause());
            });
        });
    }

    /** See {@link MetadataService.ShardDeployer}. */
    Future<Void> deploy(ClusterImage image) {
        List<Future<Void>> all = new ArrayList<>();
        for (ShardImage shard : image.shards()) {
            if (shard.replicas().contains(cluster.self()) && known.add(shard.id())) all.add(begin(shard.id(), image));
        }
        return Future.join(all).transform(tried -> Future.succeededFuture());
    }

    private Future<Void> begin(int shard, ClusterImage image) {
        return workers.executeBlocking(
                        () -> {
                            healing.forgetCopies(shard);
                            HostedReplica replica = new HostedReplica(site, shard);
                            return replica.begin(image).onComplete(begun -> replicas.put(shard, replica));
                        },
                        false)
                .compose(begun -> begun)
                .onFailure(failure -> {
                    LOG.error("This node's replica of shard {} cannot be opened, which is tried again", shard, failure);
                    known.remove(shard);
                    unopenedMs = Clock.system().elapsedMs();
                });
    }

    /** Completes when the replica here has everything that was committed in its shard before the call. */
    Future<Void> barrier(int shard) {
        HostedReplica replica = replicas.get(shard);
        RaftShardLog log = replica == null ? null : replica.log();
        return log == null
                ? Future.failedFuture("shard " + shard + " is not open here")
                : Future.fromCompletionStage(log.barrier());
    }

    // ---- now and then

    private Void tick() {
        ClusterImage image = cluster.metadata().image();
        Map<Integer, ReplicaView> views = views();
        List<LedShard> led = new ArrayList<>();
        replicas.forEach((id, replica) -> {
            replica.tick(image);
            ReplicaView view = views.get(id);
            if (view == null) {
                leadsNoMore(id);
                return;
            }
            boolean here = view.leader() == cluster.self().node();
            List<Integer> inSync = here ? inSync(id, image) : List.of();
            leaders.local(id, new ShardLeader(view.leader(), view.term(), inSync));
            if (here && image.shards().size() > id)
                led.add(new LedShard(image.shards().get(id), ready(view.followers())));
        });
        Set<Integer> filled = new HashSet<>();
        replicas.forEach((id, replica) -> {
            if (replica.isFilled()) filled.add(id);
        });
        watch.look(views, filled, Clock.system().elapsedMs());
        makeShards(image);
        move(led, image);
        // What could not be opened for want of something is tried again.
        long failedMs = unopenedMs;
        if (failedMs != NEVER && Clock.system().elapsedMs() - failedMs >= REOPEN_MS) {
            unopenedMs = NEVER;
            deploy(image);
        }
        metadata.showAbsent(AbsentNodes.of(image.nodes().keySet(), reached(), leaders.all()));
        sentences = replicas.values().stream()
                .map(replica -> replica.sentence(image))
                .filter(Objects::nonNull)
                .toList();
        return null;
    }

    /** The nodes that this one reaches, itself included. */
    private Set<Integer> reached() {
        Set<Integer> reached = new HashSet<>();
        reached.add(cluster.self().node());
        cluster.peers().members().forEach(peer -> reached.add(peer.node()));
        return reached;
    }

    /** A replica that was closed while it led is not asked any more, whoever leads next. */
    private void leadsNoMore(int shard) {
        ShardLeader before = leaders.leaderOf(shard);
        if (before != null && before.node() == cluster.self().node())
            leaders.local(shard, new ShardLeader(ShardLeader.NOBODY, before.term() + 1, List.of()));
    }

    /** What is wrong with replicas of this node, in sentences. Any thread. */
    List<String> sentences() {
        return sentences;
    }

    private Map<Integer, ReplicaView> views() {
        Map<Integer, ReplicaView> views = new HashMap<>();
        replicas.forEach((id, replica) -> {
            RaftShardLog log = replica.log();
            ReplicaView view = log == null ? null : log.view();
            if (view != null) views.put(id, view);
        });
        ReplicaView metadataView = cluster.metadata().view();
        if (metadataView != null) views.put(ReplicaReport.METADATA, metadataView);
        return views;
    }

    /** What this node sees of its replicas. */
    ReplicaWatch watch() {
        return watch;
    }

    private List<Integer> inSync(int shard, ClusterImage image) {
        StorageVerticle verticle = site.deployments().verticles().get(shard);
        List<Integer> inSync = verticle == null ? List.of() : verticle.inSync();
        // The shard itself may not know yet that it leads; its replicas count as in sync when that begins.
        return inSync.isEmpty() ? image.shard(shard).nodes() : inSync;
    }

    private Set<Integer> ready(List<FollowerProgress> followers) {
        long most =
                followers.stream().mapToLong(FollowerProgress::matchIndex).max().orElse(-1);
        Set<Integer> ready = new HashSet<>();
        for (FollowerProgress each : followers)
            if (each.isInTouch(most) && cluster.peers().member(each.node()) != null) ready.add(each.node());
        return ready;
    }

    private void makeShards(ClusterImage image) {
        int nodes = image.nodes().size();
        if (!cluster.metadata().isController() || nodes < cluster.founders() || making.get()) return;
        int factor = ReplicaPlacement.usualFactor(nodes);
        long there = image.shards().stream()
                .filter(shard -> shard.replicas().size() == factor)
                .count();
        int missing = (int) (nodes * shardsPerNode - there);
        if (missing <= 0) return;
        making.set(true);
        Command make = ReplicaPlacement.spread(image, missing, factor);
        cluster.metadata().propose(make).whenComplete((reply, failure) -> {
            making.set(false);
            LOG.info("The cluster of {} nodes gets {} shards: {}", nodes, missing, failure == null ? reply : failure);
        });
    }

    private void move(List<LedShard> led, ClusterImage image) {
        if (stopping || moving.get()) return;
        long nowMs = Clock.system().elapsedMs();
        LeaderBalance.Move move =
                balance.next(led, ready ? LeaderBalance.SETTLED_MS : 0, nowMs).orElse(null);
        if (move == null) {
            spread = led.stream().allMatch(this::isWellLed);
            return;
        }
        ReplicaId to = image.shard(move.shard()).replicas().stream()
                .filter(each -> each.node() == move.to())
                .findFirst()
                .orElseThrow();
        RaftShardLog log = replicas.get(move.shard()).log();
        if (log == null) return;
        moving.set(true);
        log.transferTo(HostedReplica.member(to, image), TRANSFER_MS)
                .whenComplete((moved, failure) -> workers.executeBlocking(
                        () -> {
                            boolean well = failure == null && moved;
                            if (!well)
                                balance.failed(move.shard(), Clock.system().elapsedMs());
                            LOG.info(
                                    "Shard {} {} led by node {} from now on",
                                    move.shard(),
                                    well ? "is" : "could not be",
                                    move.to());
                            moving.set(false);
                            return null;
                        },
                        false));
    }

    private boolean isWellLed(LedShard led) {
        int first = led.shard().nodes().get(0);
        return first == cluster.self().node() || !led.ready().contains(first);
    }

    // ---- start and stop, by the thread that does that

    /**
     * Waits until all replicas of this node have what was committed before, every shard has a leader, and the leaders
     * are spread.
     *
     * @param wait told what is waited for
     */
    void awaitReady(StartWait wait) throws IOException {
        long begunMs = Clock.system().elapsedMs();
        Set<Integer> caughtUp = new HashSet<>();
        for (String waitsFor; (waitsFor = missing(caughtUp, begunMs)) != null; )
            wait.pause("Waits for its cluster: " + waitsFor + ".");
        ready = true;
    }

    /** What is waited for; null if nothing. */
    private String missing(Set<Integer> caughtUp, long begunMs) throws IOException {
        List<ShardImage> shards = metadata.image().shards();
        catchUp(shards, caughtUp);
        List<String> missing = ReadyCheck.missing(shards, cluster.self(), watch.replicas(), caughtUp, leaders.all());
        if (!missing.isEmpty()) return String.join("; ", missing);
        boolean waits = !spread && Clock.system().elapsedMs() - begunMs < SPREAD_MS;
        return waits ? "leaders are being spread" : null;
    }

    /** One after the other, because each may be waited for. */
    private void catchUp(List<ShardImage> shards, Set<Integer> caughtUp) throws IOException {
        for (ShardImage shard : shards) {
            if (!shard.replicas().contains(cluster.self()) || caughtUp.contains(shard.id())) continue;
            HostedReplica replica = replicas.get(shard.id());
            RaftShardLog log = replica == null ? null : replica.log();
            if (log == null || StartWait.failureOf(log.barrier()) != null) return;
            caughtUp.add(shard.id());
        }
    }

    /** Hands all leaderships on, each to whoever is next, and takes none by itself; while the doors still serve. */
    void handOver() {
        stopping = true;
        ClusterImage image = cluster.metadata().image();
        List<CompletableFuture<Boolean>> moves = new ArrayList<>();
        replicas.forEach((id, replica) -> {
            RaftShardLog log = replica.log();
            if (log == null || log.leader().node() != cluster.self().node()) return;
            Set<Integer> ready = ready(log.followers());
            image.shard(id).replicas().stream()
                    .filter(other -> ready.contains(other.node()))
                    .findFirst()
                    .ifPresent(to -> moves.add(log.transferTo(HostedReplica.member(to, image), TRANSFER_MS)
                            .toCompletableFuture()));
        });
        try {
            CompletableFuture.allOf(moves.toArray(CompletableFuture[]::new))
                    .get(2 * TRANSFER_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException late) {
            LOG.warn("Not every shard could be handed to another node; the others elect a leader");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Leaves the groups; before the shards are closed, which take until then what the groups give them. */
    void close() {
        stopping = true;
        vertx.cancelTimer(timer);
        healing.close();
        replicas.values().forEach(HostedReplica::leave);
    }
}

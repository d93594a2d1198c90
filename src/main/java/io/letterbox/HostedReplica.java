package io.letterbox;

import io.letterbox.cluster.PeerRequestKind;
import io.letterbox.cluster.copy.CopyFetch;
import io.letterbox.cluster.copy.CopyManifest;
import io.letterbox.cluster.healing.HealingCodec;
import io.letterbox.cluster.healing.RepairPhase;
import io.letterbox.cluster.healing.RepairStep;
import io.letterbox.cluster.healing.RepairView;
import io.letterbox.cluster.healing.ReplicaCondition;
import io.letterbox.cluster.healing.ReplicaRepair;
import io.letterbox.cluster.raft.DamagedGroupException;
import io.letterbox.cluster.raft.RaftMember;
import io.letterbox.cluster.raft.RaftShardLog;
import io.letterbox.log.CorruptLogException;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.ReplicaId;
import io.letterbox.metadata.ShardImage;
import io.letterbox.metadata.ShardLeader;
import io.letterbox.storage.StorageVerticle;
import io.letterbox.text.FileTrouble;
import io.letterbox.time.Clock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's replica of one shard, whatever becomes of it: opens it, closes it where it cannot go on, and has it
 * filled from another node, as {@link ReplicaRepair} says. One step at a time, each on a worker.
 */
final class HostedReplica {
    private static final Logger LOG = LoggerFactory.getLogger(HostedReplica.class);
    private static final long ASK_TIMEOUT_MS = 5_000;

    private final ReplicaSite site;
    private final int shard;
    private final ReplicaFiles files;

    // One tick after the other.
    private final ReplicaRepair repair = new ReplicaRepair();
    private boolean performing;
    private boolean paused;

    // Written by one step after the other, read by any thread.
    private volatile RaftShardLog log;
    private volatile CopyFetch copying;

    /** A copy whose source still holds it: until the group has this replica as a member. */
    private volatile CopyFetch held;

    // Any thread.
    private final AtomicReference<RepairView.Fault> fault = new AtomicReference<>();
    private final AtomicReference<Boolean> ended = new AtomicReference<>();

    /** Counts the openings, so that what an earlier one tells is not taken for the present one's. */
    private final AtomicInteger openings = new AtomicInteger();

    /**
     * Looks what there is of it; blocks.
     *
     * @throws IOException if that cannot be read
     */
    HostedReplica(ReplicaSite site, int shard) throws IOException {
        this.site = site;
        this.shard = shard;
        this.files = new ReplicaFiles(site, shard);
    }

    /** The group, while this node is in it and the replica goes on; else null. */
    RaftShardLog log() {
        return fault.get() == null ? log : null;
    }

    /**
     * Opens the replica where that can be done at once; before the first {@link #tick}.
     *
     * @return complete when the shard takes messages, or it is clear that it will not for now; never fails
     */
    Future<Void> begin(ClusterImage image) {
        Promise<Void> deployed = Promise.promise();
        if (!proceed(image, deployed)) deployed.complete();
        return deployed.future();
    }

    /** Does what is to be done next, if anything. One call after the other; blocks. */
    void tick(ClusterImage image) {
        Boolean well = ended.getAndSet(null);
        if (well != null) {
            performing = false;
            paused = false;
            if (well) repair.done();
            else repair.failed(nowMs());
        }
        if (performing) return;
        if (isWell() && held == null) {
            paused = false;
            repair.serves(nowMs());
            return;
        }
        boolean troubled = fault.get() != null && log != null;
        // What closes again and again is not opened again and again without a pause.
        if (troubled && !paused) repair.failed(nowMs());
        paused = troubled;
        proceed(image, Promise.promise());
        giveBack();
    }

    /** Whether the replica is being filled from another node, or is to be. Any thread. */
    boolean isFilled() {
        return !(files.phase() instanceof RepairPhase.Sound);
    }

    private boolean isWell() {
        return log() != null && files.phase() instanceof RepairPhase.Sound;
    }

    private static long nowMs() {
        return Clock.system().elapsedMs();
    }

    private boolean proceed(ClusterImage image, Promise<Void> deployed) {
        if (site.isStopping()) return false;
        RaftShardLog open = log();
        // With its own idea of who the members are it could be elected by others that do not have it.
        if (files.phase() instanceof RepairPhase.Placed && open != null && !open.isMember()) return false;
        RepairStep step = repair.step(view(image), nowMs());
        if (step instanceof RepairStep.Rest) return false;
        performing = true;
        // Everything else may take long.
        if (!(step instanceof RepairStep.Open)) deployed.tryComplete();
        perform(step, image, deployed).onComplete(done -> {
            if (done.failed())
                LOG.warn("Shard {}: {} came to nothing for now: {}", shard, step, FileTrouble.reason(done.cause()));
            deployed.tryComplete();
            ended.set(done.succeeded());
        });
        return true;
    }

    private RepairView view(ClusterImage image) {
        ShardImage all = image.shard(shard);
        ReplicaId self = site.cluster().self();
        boolean open = log() != null;
        return new RepairView(
                all.replicas().contains(self),
                all.isMadeWith(self),
                files.phase(),
                open,
                open ? RepairView.Kept.THERE : files.kept(),
                fault.get(),
                leader(),
                sources(all));
    }

    private int leader() {
        ShardLeader known = site.cluster().leaders().leaderOf(shard);
        return known == null || known.node() == site.cluster().self().node() ? ShardLeader.NOBODY : known.node();
    }

    /** The leader first: it keeps the entries that follow on the copy. */
    private List<Integer> sources(ShardImage all) {
        int leader = leader();
        List<Integer> sources = new ArrayList<>();
        for (int node : all.nodes()) {
            if (node == site.cluster().self().node() || site.cluster().peers().member(node) == null) continue;
            if (node == leader) sources.add(0, node);
            else sources.add(node);
        }
        return sources;
    }

    // ---- steps

    private Future<Void> perform(RepairStep step, ClusterImage image, Promise<Void> deployed) {
        if (step instanceof RepairStep.Open open) return open(open.beginning(), image, deployed);
        LOG.info("Shard {}: {}", shard, step);
        if (step instanceof RepairStep.Withdraw withdraw) return withdraw(withdraw.phase());
        if (step instanceof RepairStep.AskWhetherMember ask) return ask(ask.leader());
        if (step instanceof RepairStep.Copy copy) return copy(copy, image);
        RepairPhase.Copied copied = ((RepairStep.Place) step).copied();
        return blocking(() -> files.place(copied));
    }

    private <T> Future<T> blocking(Callable<T> work) {
        return site.workers().executeBlocking(work, false);
    }

    private Future<Void> open(RepairStep.Beginning beginning, ClusterImage image, Promise<Void> deployed) {
        if (log() != null) return blocking(() -> files.become(new RepairPhase.Sound()));
        RaftShardLog entered =
                new RaftShardLog(site.cluster().raft(), site.cluster().clusterId(), shard);
        int opening = openings.incrementAndGet();
        return close().compose(closed -> {
                    fault.set(null);
                    return blocking(() -> make(entered, opening));
                })
                .compose(verticle -> site.deployments().deploy(shard, verticle).map(verticle))
                .compose(verticle -> {
                    deployed.tryComplete();
                    site.metadata().bring(shard);
                    return blocking(() -> enter(entered, verticle, beginning, image));
                })
                .onFailure(failure -> fault.compareAndSet(
                        null, new RepairView.Fault(RepairView.Kind.PASSES, FileTrouble.reason(failure), -1)));
    }

    private StorageVerticle make(RaftShardLog entered, int opening) throws IOException {
        try {
            return StorageVerticle.replicated(shard, site.services(), entered, why -> onBroken(opening, why));
        } catch (IOException | RuntimeException failed) {
            onUnopened(opening, failed);
            throw failed;
        }
    }

    private Void enter(
            RaftShardLog entered, StorageVerticle verticle, RepairStep.Beginning beginning, ClusterImage image)
            throws IOException {
        int opening = openings.get();
        List<RaftMember> members =
                beginning == RepairStep.Beginning.COPIED ? List.of() : members(image.shard(shard), image);
        boolean isNew = beginning != RepairStep.Beginning.AGAIN;
        log = entered;
        try {
            entered.open(verticle.replica(), members, isNew, (trouble, why) -> onTrouble(opening, trouble, why));
        } catch (IOException | RuntimeException failed) {
            onUnopened(opening, failed);
            throw failed;
        }
        files.entered();
        if (beginning == RepairStep.Beginning.NEW) files.become(new RepairPhase.Sound());
        return null;
    }

    static List<RaftMember> members(ShardImage shard, ClusterImage image) {
        return shard.replicas().stream().map(replica -> member(replica, image)).toList();
    }

    static RaftMember member(ReplicaId replica, ClusterImage image) {
        NodeImage node = image.nodes().get(replica.node());
        return new RaftMember(replica, node.member().raft(), true);
    }

    private Future<Void> withdraw(RepairPhase.Unfit next) {
        return close().compose(closed -> blocking(() -> {
            files.requireLeft();
            fault.set(null);
            return files.become(next);
        }));
    }

    /** Leaves the group, and closes the files. */
    private Future<Void> close() {
        RaftShardLog left = log;
        return blocking(() -> {
                    if (left != null) left.close();
                    return null;
                })
                .compose(gone -> site.deployments().undeploy(shard))
                .map(gone -> {
                    site.metadata().gone(shard);
                    log = null;
                    return null;
                });
    }

    private Future<Void> ask(int leader) {
        Buffer question = Buffer.buffer().appendInt(shard);
        return site.cluster()
                .peers()
                .ask(leader, PeerRequestKind.PROVEN_MEMBERS, question, ASK_TIMEOUT_MS)
                .map(HealingCodec::decodeMembers)
                .compose(members -> members.has(site.cluster().self())
                        ? Future.failedFuture(new IOException("it still counts as a member of its group"))
                        : blocking(
                                () -> files.become(new RepairPhase.Vacant(((RepairPhase.Unfit) files.phase()).why()))));
    }

    private Future<Void> copy(RepairStep.Copy step, ClusterImage image) {
        CopyFetch fetch = site.copies().fetch(site.cluster().peers(), files.target());
        copying = fetch;
        // A source that has no checkpoint yet writes one.
        long leastIndex = Math.max(0, step.leastIndex());
        Promise<CopyManifest> fetched = Promise.promise();
        site.copies().loop().runOnContext(here -> fetch.run(step.from(), shard, leastIndex, files::clearCopy)
                .onComplete(fetched));
        return fetched.future()
                .compose(manifest -> site.copies()
                        .workers()
                        .executeBlocking(() -> files.check(step, manifest.metadataVersion(), image), false))
                .onComplete(done -> {
                    copying = null;
                    if (done.succeeded()) held = fetch;
                });
    }

    /** Tells the source of the copy that it is not needed any more. */
    private void giveBack() {
        CopyFetch done = held;
        RaftShardLog open = log();
        if (done == null || open == null || !open.isMember()) return;
        held = null;
        site.copies().loop().runOnContext(here -> done.release(done.progress()));
    }

    // ---- what goes wrong; any thread

    private void onUnopened(int opening, Throwable failure) {
        RepairView.Kind kind = RepairView.Kind.PASSES;
        if (failure instanceof DamagedGroupException) kind = RepairView.Kind.PROMISES_LOST;
        // Where its checkpoint cannot be read it is not known what has to follow on a copy.
        else if (failure instanceof CorruptLogException) kind = RepairView.Kind.PROMISES_LOST;
        found(opening, kind, failure);
    }

    private void onTrouble(int opening, RaftShardLog.Trouble trouble, String why) {
        RepairView.Kind kind =
                switch (trouble) {
                    case TOO_FAR_BEHIND -> RepairView.Kind.TOO_FAR_BEHIND;
                    case LOG_FAILED -> RepairView.Kind.PROMISES_LOST;
                    // The replica says itself what it is.
                    case LOG_LACKS, REPLICA_BROKEN, CLOSED -> RepairView.Kind.PASSES;
                };
        found(opening, kind, new IOException(why));
    }

    private void onBroken(int opening, Throwable why) {
        found(
                opening,
                StorageVerticle.isOfLaterVersion(why) ? RepairView.Kind.PASSES : RepairView.Kind.LOGS_DAMAGED,
                why);
    }

    private void found(int opening, RepairView.Kind kind, Throwable why) {
        if (site.isStopping() || opening != openings.get()) return;
        RepairView.Fault found = new RepairView.Fault(kind, FileTrouble.reason(why), files.leastIndex());
        RepairView.Fault worst =
                fault.updateAndGet(known -> known == null || known.kind().compareTo(kind) < 0 ? found : known);
        if (worst == found)
            LOG.error("This node's replica of shard {} cannot go on for now: {}", shard, found.why(), why);
    }

    // ---- what others are told; any thread, blocks

    /** How the replica is. */
    ReplicaCondition condition(ClusterImage image) {
        RaftShardLog open = log();
        CopyFetch copy = copying;
        return ReplicaRepair.condition(
                view(image),
                open != null && open.isMember(),
                open == null ? -1 : open.appliedIndex(),
                copy == null ? 0 : copy.doneBytes(),
                copy == null ? 0 : copy.totalBytes());
    }

    /** What is wrong with it, a sentence; null if nothing. */
    String sentence(ClusterImage image) {
        if (isWell()) return null;
        ReplicaCondition now = condition(image);
        String of = "This node's replica of shard " + shard;
        if (now instanceof ReplicaCondition.Out out) return of + " does not run: " + out.why() + ".";
        if (now instanceof ReplicaCondition.Copying copy)
            return of + " is filled again: " + copy.doneBytes() + " of " + copy.totalBytes() + " bytes.";
        if (now instanceof ReplicaCondition.Waiting) return of + " is filled again and waits for its vote.";
        return null;
    }

    /** Leaves the group; with the node. */
    void leave() {
        CopyFetch copy = copying;
        if (copy != null) copy.stop();
        RaftShardLog open = log;
        if (open == null) return;
        try {
            open.close();
        } catch (IOException e) {
            LOG.warn("The Raft group of shard {} did not close: {}", shard, FileTrouble.reason(e));
        }
    }
}

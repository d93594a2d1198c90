package io.letterbox;

import io.letterbox.cluster.PeerRequest;
import io.letterbox.cluster.PeerRequestKind;
import io.letterbox.cluster.copy.CopyCodec;
import io.letterbox.cluster.copy.CopyRequest;
import io.letterbox.cluster.copy.CopySource;
import io.letterbox.cluster.healing.GroupReport;
import io.letterbox.cluster.healing.HealingCodec;
import io.letterbox.cluster.healing.HealingRunner;
import io.letterbox.cluster.healing.NodeReport;
import io.letterbox.cluster.healing.ReplicaCondition;
import io.letterbox.cluster.raft.RaftMember;
import io.letterbox.cluster.raft.RaftShardLog;
import io.letterbox.disk.DataLayout;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.NodeImage;
import io.letterbox.storage.ReplicaPins;
import io.letterbox.storage.StorageVerticle;
import io.letterbox.time.Clock;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * What this node does so that replicas heal, its own and those of others: it tells how its own are, gives copies of
 * them, and changes the members of the groups that it leads; as the controller it says which.
 */
final class HealingAssembly {
    private static final long TICK_MS = 1_000;
    private static final long EXPIRE_MS = 60_000;
    private static final long CHECKPOINT_MS = 20_000;

    private final ReplicaSite site;
    private final Map<Integer, HostedReplica> replicas;
    private final HealingRunner runner;

    /** One thread, as one request may let go what another one reads. */
    private final WorkerExecutor givers;

    // Owned by the giver.
    private final CopySource source;

    private final SecureRandom ids = new SecureRandom();

    private final ReplicaPins pins;

    // The loop.
    private long timer = -1;
    private long expiry = -1;

    /** @param replicas of this node, by shard; any thread */
    HealingAssembly(ReplicaSite site, Map<Integer, HostedReplica> replicas) {
        this.site = site;
        this.replicas = replicas;
        DataLayout layout = site.services().directory().layout();
        this.pins = new ReplicaPins(site.services().files(), layout);
        this.source = new CopySource(site.services().files(), pins, new Given());
        this.givers = site.copies().vertx().createSharedWorkerExecutor("letterbox-copy-source", 1, 1, TimeUnit.HOURS);
        this.runner = new HealingRunner(site.cluster().peers(), new ThisNode(), Clock.system()::elapsedMs);
        site.cluster().peers().answer(PeerRequestKind.PROVEN_MEMBERS, this::provenMembers);
        site.cluster().peers().answer(PeerRequestKind.COPY, this::copy);
    }

    void start() {
        site.copies().loop().runOnContext(here -> {
            timer = site.copies().vertx().setPeriodic(TICK_MS, fired -> {
                if (!site.isStopping()) runner.tick();
            });
            expiry = site.copies().vertx().setPeriodic(EXPIRE_MS, fired -> expireCopies());
        });
    }

    /** What is wrong with replicas anywhere, in sentences; of the controller only. Any thread. */
    List<String> sentences() {
        return runner.sentences();
    }

    void close() {
        site.copies().vertx().cancelTimer(timer);
        site.copies().vertx().cancelTimer(expiry);
    }

    /** Lets go of what a process before this one held of a replica; blocks. */
    void forgetCopies(int shard) throws IOException {
        pins.releaseAll(shard);
    }

    private void expireCopies() {
        givers.executeBlocking(
                () -> {
                    source.expire(Clock.system().elapsedMs());
                    return null;
                },
                false);
    }

    private Future<Buffer> provenMembers(PeerRequest request) {
        int shard = request.body().getInt(0);
        return Future.fromCompletionStage(hosted(shard).provenMembers())
                .recover(failure ->
                        Future.failedFuture(failure instanceof CompletionException stage ? stage.getCause() : failure))
                .map(HealingCodec::encode);
    }

    private RaftShardLog hosted(int shard) {
        HostedReplica replica = replicas.get(shard);
        RaftShardLog log = replica == null ? null : replica.log();
        if (log != null) return log;
        throw new ApiException(ErrorCode.NODE_UNREACHABLE, "This node has no open replica of shard " + shard + ".");
    }

    private Future<Buffer> copy(PeerRequest request) {
        CopyRequest wanted = CopyCodec.decodeRequest(request.body());
        return givers.executeBlocking(() -> answer(wanted), false);
    }

    private Buffer answer(CopyRequest wanted) throws IOException {
        long freshId = ids.nextLong(1, Long.MAX_VALUE);
        return CopyCodec.encode(source.answer(wanted, freshId, Clock.system().elapsedMs()));
    }

    /** What copies need of the replicas here. */
    private final class Given implements CopySource.Replicas {
        @Override
        public boolean has(int shard) {
            HostedReplica replica = replicas.get(shard);
            return replica != null && replica.log() != null && replica.log().isMember();
        }

        @Override
        public void checkpoint(int shard, long leastIndex) throws IOException {
            StorageVerticle verticle = site.deployments().verticles().get(shard);
            if (verticle == null) throw new IOException("Shard " + shard + " is not open");
            long begunMs = Clock.system().elapsedMs();
            while (pins.checkpointed(shard).index() < leastIndex) {
                if (Clock.system().elapsedMs() - begunMs > CHECKPOINT_MS)
                    throw new IOException(
                            "Shard " + shard + " has written no checkpoint within " + CHECKPOINT_MS + " ms");
                verticle.checkpointNow();
                StartWait.pause();
            }
        }

        @Override
        public void keepFrom(int shard, long copy, long index) {
            hosted(shard).keepFrom(copy, index);
        }

        @Override
        public void release(int shard, long copy) {
            HostedReplica replica = replicas.get(shard);
            RaftShardLog log = replica == null ? null : replica.log();
            if (log != null) log.release(copy);
        }
    }

    /** This node, as the controller sees it. */
    private final class ThisNode implements HealingRunner.Node {
        @Override
        public boolean isController() {
            return site.cluster().metadata().isController();
        }

        @Override
        public ClusterImage image() {
            return site.cluster().metadata().image();
        }

        @Override
        public Future<NodeReport> report(long atMs) {
            return site.workers().executeBlocking(() -> look(atMs), false);
        }

        @Override
        public Future<?> propose(Command command) {
            return Future.fromCompletionStage(site.cluster().metadata().propose(command));
        }

        @Override
        public Future<?> change(HealingCodec.Change change) {
            List<RaftMember> addresses = addresses(image());
            if (change.group() == GroupReport.METADATA) {
                return Future.fromCompletionStage(
                        site.cluster().metadata().changeMembers(change.expected(), change.wanted(), addresses));
            }
            return Future.fromCompletionStage(
                    hosted(change.group()).changeMembers(change.expected(), change.wanted(), addresses));
        }
    }

    private static List<RaftMember> addresses(ClusterImage image) {
        List<RaftMember> addresses = new ArrayList<>();
        for (NodeImage node : image.nodes().values())
            addresses.add(new RaftMember(node.replica(), node.member().raft(), true));
        return addresses;
    }

    private NodeReport look(long atMs) {
        ClusterImage image = site.cluster().metadata().image();
        List<GroupReport> led = new ArrayList<>();
        Map<Integer, ReplicaCondition> conditions = new HashMap<>();
        site.cluster().metadata().report().ifPresent(led::add);
        replicas.forEach((shard, replica) -> {
            if (image.shard(shard) == null) return;
            conditions.put(shard, replica.condition(image));
            RaftShardLog log = replica.log();
            if (log != null) log.report().ifPresent(led::add);
        });
        return new NodeReport(site.cluster().self(), atMs, led, conditions);
    }
}

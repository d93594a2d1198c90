package io.letterbox.storage;

import io.letterbox.bus.Append;
import io.letterbox.bus.Committed;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.disk.Shortage;
import io.letterbox.error.ApiException;
import io.letterbox.log.CorruptLogException;
import io.letterbox.log.wal.WriteAheadLog;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.letterbox.storage.coordinator.ShardCoordinators;
import io.letterbox.storage.coordinator.TransactionOutcome;
import io.letterbox.storage.replica.ReplicatedLog;
import io.letterbox.storage.replica.ShardReplica;
import io.letterbox.text.FileTrouble;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard: a worker context that is the single writer of its partitions. Everything arrives as messages on the
 * shard's address and is handled in that order; all fields belong to that context.
 */
public final class StorageVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(StorageVerticle.class);

    /** How often topics that flush at an interval are looked at: the finest interval that they can have. */
    private static final long FLUSH_TICK_MS = 100;

    /** How soon work is retried that failed because a resource was short. */
    private static final long RETRY_MS = 1000;

    /** The same for a group commit, for which publishers wait. */
    private static final long COMMIT_RETRY_MS = 100;

    /** How long a publisher waits for retries before it gets an error that leaves open whether its records are kept. */
    private static final long COMMIT_PATIENCE_MS = 5000;

    /** How soon other replicas are looked at again while an acknowledgement waits for their copies. */
    private static final long LOOK_MS = 2;

    private final int shard;
    private final StorageServices services;
    private final PartitionTable partitions;
    private final GroupCommit group;
    private final LogStarts starts;
    private final Housekeeping chores;
    private final ShardCompaction compaction;
    private final ShardCheckpoint checkpoint;
    private final ShardCoordinators coordinators;
    private final ShardRole role;
    private final ShardAppends appends;

    private ClusterImage image;

    /** Whether a round of housekeeping is under way. */
    private boolean housekeeping;

    /** Why appends are refused while a group cannot be made durable because a resource is short; null normally. */
    private ApiException blocked;

    private long blockedSinceMs;
    private ApiException failure;

    /** Whether other replicas are to be looked at in a moment. */
    private boolean looksSoon;

    /** True once the logs are closed: tasks and messages that were queued behind that are dropped. */
    private boolean stopped;

    /** True once the shard is out of service, while the node goes on: messages are refused. */
    private boolean retired;

    /** Told why the replica cannot go on; null if the node stands alone, and then goes on with it no more. */
    private final Consumer<Throwable> onBroken;

    /**
     * A shard of a node that stands alone.
     *
     * @param shard the shard's number, from 0
     * @param services what all shards of the node share
     */
    public StorageVerticle(int shard, StorageServices services) {
        this(shard, services, null, ReplicaCheckpoint.NONE, null);
    }

    /**
     * A shard that has replicas on other nodes.
     *
     * @param log carries its entries; it is given {@link #replica()} once this is deployed
     * @param onBroken told on the shard's thread, once, why the replica cannot go on; the node goes on without it
     * @throws IOException if what the last process left of the replica cannot be read
     */
    public static StorageVerticle replicated(
            int shard, StorageServices services, ReplicatedLog log, Consumer<Throwable> onBroken) throws IOException {
        Path file = services.directory().layout().replicaCheckpoint(shard);
        return new StorageVerticle(shard, services, log, ReplicaCheckpoint.read(services.files(), file), onBroken);
    }

    /** Whether a replica cannot go on only because its node runs an earlier version of the server than others. */
    public static boolean isOfLaterVersion(Throwable why) {
        return why instanceof UnreadableEntryException;
    }

    private StorageVerticle(
            int shard,
            StorageServices services,
            ReplicatedLog log,
            ReplicaCheckpoint beginning,
            Consumer<Throwable> onBroken) {
        this.shard = shard;
        this.onBroken = onBroken;
        this.services = services;
        ShardFailures failures = new ShardFailures(services);
        this.compaction = new ShardCompaction(services, failures);
        this.partitions = new PartitionTable(shard, services);
        compaction.onFatal(fatal -> fail(partitions.poisoned(), fatal));
        TailCache tailCache = new TailCache(services.config().tailCacheBytes() / services.shards());
        Journal journal;
        if (log == null) {
            WriteAheadLog wal =
                    new WriteAheadLog(services.wal(), services.config().walBytes());
            LocalJournal local = new LocalJournal(wal, services.forces(), partitions::get);
            ShardPartitions opening = new ShardPartitions(partitions, services, compaction, failures, local::append);
            this.group = new GroupCommit(local, services.clock(), new Commits());
            this.checkpoint = new ShardCheckpoint(
                    services, partitions, new RecoveryNote(services.recovery(), local::checkpointBegins));
            this.role = new LocalShard(partitions, opening, local, group, checkpoint, new Events());
            journal = local;
        } else {
            ReplicaPartitions replicas = new ReplicaPartitions(services, partitions, compaction, tailCache);
            ReplicatedJournal shared =
                    new ReplicatedJournal(log, () -> replicas.image().version());
            this.group = new GroupCommit(shared, services.clock(), new Commits());
            this.checkpoint = new ShardCheckpoint(services, partitions, new ReplicaNote(services, replicas, log));
            this.role = new ReplicaShard(replicas, shared, group, checkpoint, beginning, this::onShard, new Events());
            journal = shared;
        }
        this.starts = new LogStarts(journal, services.clock());
        this.chores = new Housekeeping(services, partitions, compaction, failures, starts);
        this.coordinators = new ShardCoordinators(services.coordinators(), services.clock());
        this.appends = new ShardAppends(
                services, partitions, tailCache, failures, role, checkpoint, group, new AppendEvents());
    }

    /** What the replicated log tells of what is committed; null if the node stands alone. Any thread. */
    public ShardReplica replica() {
        return role instanceof ReplicaShard replica ? replica : null;
    }

    @Override
    public Future<?> start() {
        coordinators.start(vertx, context, appends::append);
        vertx.eventBus().localConsumer(ShardBus.address(shard), this::onMessage);
        vertx.setPeriodic(FLUSH_TICK_MS, t -> tick());
        vertx.setPeriodic(services.config().recoveryPointIntervalMs(), t -> beginCheckpoint());
        vertx.setPeriodic(services.config().housekeepingIntervalMs(), t -> runHousekeeping());
        vertx.setPeriodic(RETRY_MS, t -> retry());
        services.meters().housekeeping().started(shard);
        return Future.succeededFuture();
    }

    /** The nodes whose replicas are in sync, if this node leads the shard. Any thread. */
    public List<Integer> inSync() {
        return role instanceof ReplicaShard replica ? replica.inSync() : List.of(services.nodeId());
    }

    /** Whether files of topics that were deleted are still there, or may be. Any thread. */
    public boolean hasDropsLeft() {
        return role.hasDropsLeft();
    }

    private void runHousekeeping() {
        if (!housekeeping) runHousekeeping(List.copyOf(partitions.all()).iterator());
    }

    private void runHousekeeping(Iterator<HostedPartition> round) {
        housekeeping = false;
        runPeriodic(() -> housekeeping = chores.maintain(round, services.clock().now()));
        if (housekeeping) onShard(() -> runHousekeeping(round));
    }

    private void tick() {
        role.look();
        runPeriodic(() -> chores.flushDue(services.clock().elapsedMs()));
        if (checkpoint.isDueForFiles()) beginCheckpoint();
    }

    /** Closes the logs; what was appended before has been committed, because the commit was queued behind it. */
    @Override
    public Future<?> stop() {
        if (failure == null) commit();
        coordinators.close();
        role.close();
        if (blocked != null) partitions.all().forEach(p -> p.refuseWaiting(blocked));
        if (failure == null) runPeriodic(checkpoint::abandon);
        else checkpoint.abandonAfterFailure();
        closeFiles();
        stopped = true;
        services.meters().housekeeping().stopped(shard);
        return Future.succeededFuture();
    }

    private void closeFiles() {
        boolean well = partitions.closeAll(compaction);
        try {
            role.closed(well && failure == null);
        } catch (IOException e) {
            // Not fatal: its content is in the logs, so the next start has nothing to restore.
            LOG.warn("Shard {} could not delete its journal: {}", shard, FileTrouble.sentence(e));
        }
    }

    /**
     * Takes the shard out of service before it is undeployed, while the node goes on: nobody finds its partitions any
     * more, and what still comes is refused. Any thread.
     */
    public Future<Void> retire() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(v -> {
            retired = true;
            for (HostedPartition held : partitions.all()) services.hosted().remove(held);
            done.complete();
        });
        return done.future();
    }

    private void onMessage(Message<Object> message) {
        Object body = message.body();
        if (retired) RetiredShard.refuse(shard, body);
        else if (stopped) return;
        else if (body instanceof Append append) onOutsideAppend(append);
        else if (body instanceof ShardMessage.Appends gathered)
            gathered.appends().forEach(this::onOutsideAppend);
        else if (body instanceof ShardMessage.Ask ask) coordinators.ask(ask.partition(), ask.request());
        else if (body instanceof ShardMessage.DeleteRecords deletion) onDelete(deletion);
        else if (body instanceof ShardMessage.ApplyImage apply) onImage(apply);
        else if (body instanceof ShardMessage.FindProducer ask) partitions.findProducer(ask);
        else if (body instanceof ShardMessage.DescribeProducers ask) partitions.describeProducers(ask);
        else throw new AssertionError("a shard does not understand " + body);
    }

    private void onOutsideAppend(Append append) {
        ApiException refusal = coordinators.refusal(append);
        if (refusal != null) {
            append.done().fail(refusal);
            return;
        }
        TransactionOutcome decision = coordinators.outcomeIn(append);
        boolean appended = appends.append(append);
        if (decision != null && appended) coordinators.onMarker(append.partition(), decision);
    }

    /** What appends ask of this shard. */
    private final class AppendEvents implements ShardAppends.Shard {
        @Override
        public ApiException refusal() {
            if (failure != null) return failure;
            if (blocked != null) return blocked;
            return role.leads() ? null : NotLeadingException.refusal(shard);
        }

        @Override
        public void groupBegan() {
            onShard(StorageVerticle.this::commit);
        }

        @Override
        public ApiException failed(String what, IOException why) {
            ApiException said = ShardFailures.ended(what, why);
            fail(what, why);
            return said;
        }
    }

    private void commit() {
        if (failure == null && role.wantsCheckpoint()) beginCheckpoint();
        if (failure == null) group.commit();
    }

    /** Handles groups that became safe or failed. */
    private final class Commits implements GroupCommit.Listener {
        @Override
        public void committed(GroupCommit.CommitResult outcome) {
            if (!outcome.committed().moved().isEmpty()) {
                vertx.eventBus().publish(ShardBus.COMMITTED, outcome.committed(), LocalCodec.LOCAL);
            }
            services.meters().groupCommit(outcome.fsyncNanos(), outcome.batches(), outcome.records(), outcome.bytes());
            if (checkpoint.onAppended(outcome.bytes())) beginCheckpoint();
            services.shortages().succeeded(FileOperation.COMMITTING, partitions);
            blocked = null;
            if (group.isDue()) commit();
        }

        @Override
        public void failed(IOException why) {
            if (isFatal(why)) fail(partitions.poisoned(), why);
            else commitLater(why);
        }
    }

    /** Handles what becomes of the shard. */
    private final class Events implements ShardRole.Listener {
        @Override
        public void committed(Committed committed, long bytes) {
            if (!committed.moved().isEmpty()) vertx.eventBus().publish(ShardBus.COMMITTED, committed, LocalCodec.LOCAL);
            if (checkpoint.onAppended(bytes)) beginCheckpoint();
        }

        @Override
        public void applied(int sizeBytes, boolean own, long nanos) {
            if (own) services.meters().replication().committed(sizeBytes, nanos);
            else services.meters().replication().followed(sizeBytes);
        }

        @Override
        public void leads() {
            LOG.info("Shard {} is led here now", shard);
            updateCoordinators();
        }

        @Override
        public void follows() {
            LOG.info("Shard {} is not led here any more", shard);
            updateCoordinators();
        }

        @Override
        public void partitionsChanged() {
            updateCoordinators();
        }

        @Override
        public void looksSoon() {
            if (looksSoon) return;
            looksSoon = true;
            vertx.setTimer(LOOK_MS, t -> {
                looksSoon = false;
                if (!stopped) role.look();
            });
        }

        @Override
        public void lacks(IOException what) {
            services.shortages().failed(FileOperation.COMMITTING, partitions, what);
        }

        @Override
        public void broken(Throwable why) {
            fail(partitions.poisoned(), why instanceof IOException io ? io : new IOException(why));
        }
    }

    private boolean isFatal(IOException e) {
        return e instanceof ForceFailedException || partitions.anyPoisoned();
    }

    /**
     * Retries the commit later. The appended batches stay in the logs, above the high watermark; meanwhile appends are
     * refused.
     */
    private void commitLater(IOException lacking) {
        services.shortages().failed(FileOperation.COMMITTING, partitions, lacking);
        long nowMs = services.clock().elapsedMs();
        if (blocked == null) blockedSinceMs = nowMs;
        blocked = Shortage.refusal("Making records durable", lacking);
        if (nowMs - blockedSinceMs > COMMIT_PATIENCE_MS) partitions.all().forEach(p -> p.refuseWaiting(blocked));
        vertx.setTimer(COMMIT_RETRY_MS, t -> {
            if (blocked != null) commit();
        });
    }

    private void beginCheckpoint() {
        runPeriodic(() -> checkpoint.begin(this::onShard, () -> runPeriodic(checkpoint::proceed)));
    }

    /** Begins a checkpoint, also if nothing was appended, unless one is under way. Any thread. */
    public void checkpointNow() {
        onShard(() -> {
            checkpoint.onAppended(1);
            beginCheckpoint();
        });
    }

    /** As {@link #onShard}, whatever has become of the shard. */
    public void onThread(Runnable work) {
        context.runOnContext(v -> work.run());
    }

    /** Queues a task on the shard's thread. Any thread may call it, once the verticle is deployed. */
    public void onShard(Runnable work) {
        context.runOnContext(v -> {
            if (!stopped) work.run();
        });
    }

    /**
     * Ends the shard. The kernel may have dropped the pages whose write failed and report success the next time, so
     * there is no second try: nothing is acknowledged any more, reads go on.
     */
    private void fail(String what, IOException e) {
        if (failure != null) return;
        if (e instanceof ForceFailedException || onBroken == null)
            services.meters().fsyncFailed();
        if (onBroken == null) {
            failure = ShardFailures.ended(what, e);
            LOG.error("Shard {} takes no more records: writing {} failed", shard, what, e);
            services.recovery().forceFailed();
            services.onFailure().accept(failure.getMessage());
        } else {
            // Others go on: whoever waits here tries there.
            failure = NotLeadingException.refusal(shard);
            onBroken.accept(e);
        }
        partitions.all().forEach(p -> p.refuseWaiting(failure));
        coordinators.fail(failure);
        role.fail(e);
    }

    private void onDelete(ShardMessage.DeleteRecords request) {
        HostedPartition partition = partitions.get(request.partition());
        if (failure != null || partition == null) {
            request.done().fail(failure != null ? failure : LogAccess.unknown(request.partition()));
            return;
        }
        if (!role.leads()) {
            request.done().fail(NotLeadingException.refusal(shard));
            return;
        }
        try {
            long offset = partition.deletedUpTo(request);
            starts.move(
                    partition, offset, new RecordDeletion(partition, request, why -> onDeletionFailed(request, why)));
        } catch (ApiException refusal) {
            request.done().fail(refusal);
        }
    }

    private void onDeletionFailed(ShardMessage.DeleteRecords request, IOException why) {
        String where = request.partition().toString();
        if (why instanceof NotLeadingException) {
            request.done().fail(NotLeadingException.refusal(shard));
        } else if (isFatal(why)) {
            request.done().fail(ShardFailures.ended(where, why));
            fail(where, why);
        } else {
            request.done().fail(Shortage.refusal("Deleting records of " + where, why));
        }
    }

    private void onImage(ShardMessage.ApplyImage apply) {
        // First, so that appends to a topic that is deleted now are still acknowledged.
        if (failure == null && blocked == null) commit();
        image = apply.image();
        apply.done().complete(role.onImage(image));
    }

    private void updateCoordinators() {
        boolean leads = role.leads();
        coordinators.retain(id -> leads && partitions.get(id) != null);
        if (!leads) return;
        for (String name : coordinators.topics()) {
            TopicImage topic = image.topics().get(name);
            for (int p = 0; topic != null && p < topic.partitions().size(); p++) {
                HostedPartition held = partitions.get(new TopicPartition(name, p));
                if (held != null) coordinators.onServed(held.id(), held.leaderEpoch(), held.log(), held.config());
            }
        }
        coordinators.onImage(image);
    }

    private void retry() {
        services.shortages().forget();
        if (failure != null || image == null) return;
        role.proceed();
        CorruptLogException damage = onBroken == null ? null : partitions.quarantined();
        if (damage != null) fail(partitions.toString(), damage);
        if (failure == null && coordinators.needsReopening()) updateCoordinators();
    }

    /** Runs periodic work; if a resource is short, the next period retries it. */
    private void runPeriodic(Housekeeping.DiskTask task) {
        if (failure != null || stopped) return;
        try {
            task.run();
        } catch (IOException e) {
            if (isFatal(e)) fail(partitions.poisoned(), e);
            else services.shortages().failed(FileOperation.CHECKPOINT, partitions, e);
        }
    }
}

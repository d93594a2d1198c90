package io.letterbox.storage;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.Committed;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.disk.Shortage;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.AppendResult;
import io.letterbox.log.wal.WriteAheadLog;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicPartition;
import io.letterbox.replication.Input;
import io.letterbox.replication.Output;
import io.letterbox.storage.coordinator.ShardCoordinators;
import io.letterbox.storage.coordinator.TransactionOutcome;
import io.letterbox.storage.replica.ReplicatedLog;
import io.letterbox.storage.replica.ShardReplica;
import io.letterbox.text.FileTrouble;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
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

    private final int shard;
    private final StorageServices services;
    private final PartitionTable partitions;
    private final ShardPartitions opening;
    private final TailCache tailCache;
    private final Journal journal;
    private final GroupCommit group;
    private final LogStarts starts;
    private final Housekeeping chores;
    private final ShardCompaction compaction;
    private final ShardCheckpoint checkpoint;
    private final ShardCoordinators coordinators;
    private final ShardFailures failures;

    /** The replica that this shard is; null if the node stands alone. */
    private final ReplicaShard replica;

    private ClusterImage image;
    private boolean unfinished;

    /** Written by the shard's thread, read by any. */
    private volatile boolean dropsLeft = true;

    /** Whether a round of housekeeping is under way. */
    private boolean housekeeping;

    /** Why appends are refused while a group cannot be made durable because a resource is short; null normally. */
    private ApiException blocked;

    private long blockedSinceMs;
    private ApiException failure;

    /** True once the logs are closed: tasks and messages that were queued behind that are dropped. */
    private boolean stopped;

    /**
     * A shard of a node that stands alone.
     *
     * @param shard the shard's number, from 0
     * @param services what all shards of the node share
     */
    public StorageVerticle(int shard, StorageServices services) {
        this(shard, services, null, ReplicaCheckpoint.NONE);
    }

    /**
     * A shard that has replicas on other nodes.
     *
     * @param log carries its entries; it is given {@link #replica()} once this is deployed
     * @throws IOException if what the last process left of the replica cannot be read
     */
    public static StorageVerticle replicated(int shard, StorageServices services, ReplicatedLog log)
            throws IOException {
        Path file = services.directory().layout().replicaCheckpoint(shard);
        return new StorageVerticle(shard, services, log, ReplicaCheckpoint.read(services.files(), file));
    }

    private StorageVerticle(int shard, StorageServices services, ReplicatedLog log, ReplicaCheckpoint beginning) {
        this.shard = shard;
        this.services = services;
        this.failures = new ShardFailures(services);
        this.compaction = new ShardCompaction(services, failures);
        this.partitions = new PartitionTable(shard, services);
        compaction.onFatal(fatal -> fail(partitions.poisoned(), fatal));
        this.opening = new ShardPartitions(partitions, services, compaction, failures, (entry, done) -> journal()
                .append(entry, done));
        this.tailCache = new TailCache(services.config().tailCacheBytes() / services.shards());
        ReplicaPartitions replicated =
                log == null ? null : new ReplicaPartitions(services, partitions, compaction, tailCache);
        ReplicatedJournal shared = log == null
                ? null
                : new ReplicatedJournal(log, () -> replicated.image().version());
        this.journal = log == null ? localJournal() : shared;
        this.starts = new LogStarts(journal, services.clock());
        this.chores = new Housekeeping(services, partitions, compaction, failures, starts);
        this.group = new GroupCommit(journal, services.clock(), new Commits());
        ReplicaNote note = log == null ? null : new ReplicaNote(services, replicated, log);
        this.checkpoint = new ShardCheckpoint(services, partitions, journal, note);
        this.coordinators = new ShardCoordinators(services.coordinators(), services.clock());
        this.replica = log == null
                ? null
                : new ReplicaShard(replicated, shared, group, checkpoint, beginning, this::onShard, new Replication());
    }

    private Journal localJournal() {
        WriteAheadLog wal = new WriteAheadLog(services.wal(), services.config().walBytes());
        return new LocalJournal(wal, services.forces(), partitions::get);
    }

    /** What the replicated log tells of what is committed; null if the node stands alone. Any thread. */
    public ShardReplica replica() {
        return replica;
    }

    @Override
    public Future<?> start() {
        coordinators.start(vertx, context, this::onAppend);
        vertx.eventBus().localConsumer(ShardBus.address(shard), this::onMessage);
        vertx.setPeriodic(FLUSH_TICK_MS, t -> tick());
        vertx.setPeriodic(services.config().recoveryPointIntervalMs(), t -> beginCheckpoint());
        vertx.setPeriodic(services.config().housekeepingIntervalMs(), t -> runHousekeeping());
        vertx.setPeriodic(RETRY_MS, t -> retry());
        services.meters().housekeeping().started(shard);
        return Future.succeededFuture();
    }

    /** Whether files of topics that were deleted are still there, or may be. Any thread. */
    public boolean hasDropsLeft() {
        return dropsLeft;
    }

    private Journal journal() {
        return journal;
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
        runPeriodic(() -> chores.flushDue(services.clock().elapsedMs()));
        if (checkpoint.isDueForFiles()) beginCheckpoint();
    }

    /** Closes the logs; what was appended before has been committed, because the commit was queued behind it. */
    @Override
    public Future<?> stop() {
        if (failure == null) commit();
        coordinators.close();
        if (replica != null) replica.close();
        if (blocked != null) partitions.all().forEach(p -> p.refuseWaiting(blocked));
        runPeriodic(checkpoint::abandon);
        closeFiles();
        stopped = true;
        services.meters().housekeeping().stopped(shard);
        return Future.succeededFuture();
    }

    private void closeFiles() {
        boolean well = partitions.closeAll(compaction);
        try {
            if (well && failure == null) journal.discard();
            else journal.close();
        } catch (IOException e) {
            // Not fatal: its content is in the logs, so the next start has nothing to restore.
            LOG.warn("Shard {} could not delete its journal: {}", shard, FileTrouble.sentence(e));
        }
    }

    private void onMessage(Message<Object> message) {
        if (stopped) return;
        Object body = message.body();
        if (body instanceof Append append) onOutsideAppend(append);
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
        boolean appended = onAppend(append);
        if (decision != null && appended) coordinators.onMarker(append.partition(), decision);
    }

    /** Returns false if the batch was not appended; it is answered then, now or later. */
    private boolean onAppend(Append append) {
        HostedPartition partition = partitions.get(append.partition());
        ApiException refusal = refusal(append, partition);
        if (refusal != null) {
            append.done().fail(refusal);
            return false;
        }
        try {
            long elapsedMs = services.clock().elapsedMs();
            if (partition.isAnswered(append, elapsedMs)) return false;
            long appendTimeMs =
                    partition.config().logAppendTime() ? services.clock().wallMs() : -1;
            if (appendTimeMs >= 0) RecordBatch.of(append.batch()).stampAppendTime(appendTimeMs);
            ByteBuffer stored = append.batch().duplicate();
            checkpoint.makeRoomFor(partition);
            AppendResult result = partition.log().append(append.batch(), partition.leaderEpoch(), elapsedMs);
            long nextOffset = result.lastOffset() + 1;
            tailCache.add(partition.tail(), result.baseOffset(), nextOffset, stored);
            partition.awaitCommit(
                    nextOffset,
                    new Appended(
                            result.baseOffset(), appendTimeMs, partition.log().logStartOffset(), false),
                    append);
            partition.replica().step(new Input.LogEndMoved(nextOffset), StorageVerticle::unexpected);
            boolean first = group.add(partition, result.baseOffset(), nextOffset, stored, append.recordCount());
            if (first) onShard(this::commit);
            services.shortages().succeeded(FileOperation.APPENDING, partition.id());
            return true;
        } catch (IOException e) {
            onAppendFailure(partition, append, e);
            return false;
        }
    }

    private static void unexpected(Output output) {
        throw new AssertionError("nothing is safe yet, so nothing can follow from an append: " + output);
    }

    private ApiException refusal(Append append, HostedPartition partition) {
        if (failure != null) return failure;
        if (blocked != null) return blocked;
        if (replica != null && !replica.leads()) return replica.refusal();
        if (partition == null) return LogAccess.unknown(append.partition());
        ApiException quarantined = partition.quarantineRefusal();
        if (quarantined != null) return quarantined;
        if (services.disk().isSpent()) return diskFull();
        int sizeBytes = append.batch().remaining();
        if (sizeBytes > partition.config().maxMessageBytes()) {
            return new ApiException(
                    ErrorCode.RECORD_TOO_LARGE,
                    "A record batch of " + sizeBytes + " bytes is larger than max.message.bytes of "
                            + append.partition().topic() + ", "
                            + partition.config().maxMessageBytes() + ".");
        }
        if (replica != null && sizeBytes > replica.maxBatchBytes()) {
            return new ApiException(
                    ErrorCode.RECORD_TOO_LARGE,
                    "A record batch of " + sizeBytes + " bytes is larger than replicas can be sent, "
                            + replica.maxBatchBytes() + ".");
        }
        Output.Reject reject = partition.replica().rejection();
        return reject == null ? null : new ApiException(reject.code(), reject.detail());
    }

    private ApiException diskFull() {
        return new ApiException(
                ErrorCode.DISK_FULL,
                "The disk has " + services.disk().freeBytes() + " bytes free, less than storage.diskReserveBytes of "
                        + services.disk().reserveBytes() + ". Reading goes on; publish again when there is room.");
    }

    private void onAppendFailure(HostedPartition partition, Append append, IOException e) {
        try {
            // The log has undone the partial write, so it is unchanged: a full disk does not end the shard.
            failures.handle(FileOperation.APPENDING, partition, e);
            ApiException quarantined = partition.quarantineRefusal();
            append.done()
                    .fail(quarantined != null ? quarantined : Shortage.refusal("Appending to " + partition.id(), e));
        } catch (IOException fatal) {
            append.done().fail(storageFailed(partition.id().toString(), fatal));
            fail(partition.id().toString(), fatal);
        }
    }

    private void commit() {
        if (failure == null && group.wantsCheckpoint()) beginCheckpoint();
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

    /** Handles what becomes of the replica. */
    private final class Replication implements ReplicaShard.Listener {
        @Override
        public void committed(Committed committed, long bytes) {
            if (!committed.moved().isEmpty()) vertx.eventBus().publish(ShardBus.COMMITTED, committed, LocalCodec.LOCAL);
            if (checkpoint.onAppended(bytes)) beginCheckpoint();
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
        public void opened() {
            updateCoordinators();
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
        failure = storageFailed(what, e);
        LOG.error("Shard {} takes no more records: writing {} failed", shard, what, e);
        services.recovery().forceFailed();
        services.meters().fsyncFailed();
        services.onFailure().accept(failure.getMessage());
        partitions.all().forEach(p -> p.refuseWaiting(failure));
        coordinators.fail(failure);
        if (replica != null) replica.fail(e);
    }

    private static ApiException storageFailed(String what, IOException e) {
        return new ApiException(
                ErrorCode.STORAGE_FAILED,
                "Writing " + what + " failed (" + FileTrouble.reason(e)
                        + "), so this shard takes no more records. Check the disk and restart the server.");
    }

    private void onDelete(ShardMessage.DeleteRecords request) {
        HostedPartition partition = partitions.get(request.partition());
        if (failure != null || partition == null) {
            request.done().fail(failure != null ? failure : LogAccess.unknown(request.partition()));
            return;
        }
        if (replica != null && !replica.leads()) {
            request.done().fail(replica.refusal());
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
            request.done().fail(replica.refusal());
        } else if (isFatal(why)) {
            request.done().fail(storageFailed(where, why));
            fail(where, why);
        } else {
            request.done().fail(Shortage.refusal("Deleting records of " + where, why));
        }
    }

    private void onImage(ShardMessage.ApplyImage apply) {
        // First, so that appends to a topic that is deleted now are still acknowledged.
        if (failure == null && blocked == null) commit();
        image = apply.image();
        if (replica != null) {
            replica.onImage(image);
            updateCoordinators();
            apply.done().complete(Map.of());
            return;
        }
        apply.done().complete(applyImage());
    }

    /**
     * Serves what the image says, as far as that is possible now. Returns the partitions that are not served, and why.
     */
    private Map<TopicPartition, ApiException> applyImage() {
        unfinished = true;
        Map<TopicPartition, ApiException> unserved = Map.of();
        List<Committed.Moved> moved = new ArrayList<>();
        try {
            unserved = opening.apply(image, checkpoint::awaitForces, moved);
            dropsLeft = opening.isLeaving();
            unfinished = !unserved.isEmpty() || dropsLeft;
        } catch (IOException fatal) {
            fail(partitions.poisoned(), fatal);
        } catch (RuntimeException unexpected) {
            LOG.error("Shard {} could not follow the metadata, and tries again", shard, unexpected);
        }
        if (!moved.isEmpty()) vertx.eventBus().publish(ShardBus.COMMITTED, new Committed(moved), LocalCodec.LOCAL);
        updateCoordinators();
        return unserved;
    }

    private void updateCoordinators() {
        boolean leads = replica == null || replica.leads();
        coordinators.retain(id -> leads && partitions.get(id) != null);
        if (!leads) return;
        for (String name : coordinators.topics()) {
            TopicImage topic = image.topics().get(name);
            for (int p = 0; topic != null && p < topic.partitions().size(); p++) {
                HostedPartition held = partitions.get(new TopicPartition(name, p));
                if (held != null) coordinators.onServed(held.id(), held.log(), held.config());
            }
        }
        coordinators.onImage(image);
    }

    private void retry() {
        services.shortages().forget();
        if (failure != null || image == null) return;
        if (replica != null) replica.proceed();
        if (unfinished) applyImage();
        else if (coordinators.needsReopening()) updateCoordinators();
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

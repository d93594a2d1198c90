package io.letterbox.storage;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.Committed;
import io.letterbox.error.ApiException;
import io.letterbox.error.UnverifiedTransactionException;
import io.letterbox.log.AppendResult;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.record.TopicPartition;
import io.letterbox.replication.Input;
import io.letterbox.storage.replica.ReplicatedLog;
import io.letterbox.time.Clock;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** A replica of a shard without its threads: the test runs queued work step by step. */
final class SimReplica implements ShardRole.Listener, GroupCommit.Listener {
    private static final long TAIL_CACHE_BYTES = 20_000;

    private final PartitionTable table;
    private final ReplicaShard replica;
    private final GroupCommit group;
    private final LogStarts starts;
    private final ShardCheckpoint checkpoint;
    private final TailCache tailCache = new TailCache(TAIL_CACHE_BYTES);
    private final ArrayDeque<Runnable> background = new ArrayDeque<>();
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private final ReplicaPartitions partitions;
    private Throwable broken;

    SimReplica(int node, SimDisk disk, DataDirectory directory, ReplicatedLog log, Clock clock) throws IOException {
        StorageServices services = SimServices.of(node, disk, directory, background::add, clock);
        table = new PartitionTable(0, services);
        ShardCompaction compaction = new ShardCompaction(services, new ShardFailures(services));
        partitions = new ReplicaPartitions(services, table, compaction, tailCache);
        ReplicaNote note = new ReplicaNote(services, partitions, log);
        ReplicatedJournal journal =
                new ReplicatedJournal(log, () -> partitions.image().version());
        starts = new LogStarts(journal, clock);
        group = new GroupCommit(journal, clock, this);
        checkpoint = new ShardCheckpoint(services, table, note);
        replica = new ReplicaShard(partitions, journal, group, checkpoint, note.read(), queue::add, this);
    }

    ReplicaShard replica() {
        return replica;
    }

    PartitionTable table() {
        return table;
    }

    /** The index of the last entry that it has applied. */
    long applied() {
        return partitions.position().index();
    }

    boolean isLeader() {
        return replica.state() instanceof ReplicaState.Leader;
    }

    boolean isOpen() {
        return !(replica.state() instanceof ReplicaState.Opening);
    }

    /** Why it cannot go on; null as a rule. */
    Throwable whyBroken() {
        return broken;
    }

    /** Whether some log has more than what is committed. */
    boolean speculates() {
        return table.all().stream().anyMatch(held -> held.log().logEndOffset() > held.highWatermark());
    }

    /** As the shard takes a batch that a client has sent. */
    Promise<Appended> append(TopicPartition id, ByteBuffer batch, int records, long nowMs) throws IOException {
        Promise<Appended> done = Promise.promise();
        HostedPartition partition = table.get(id);
        if (!isLeader() || partition == null) {
            done.fail(replica.refusal());
            return done;
        }
        ApiException refusal = replica.refusal(partition);
        if (refusal != null) {
            done.fail(refusal);
            return done;
        }
        Append append = new Append(id, batch, records, null, done);
        if (partition.isAnswered(append, nowMs)) {
            if (!(done.future().cause() instanceof UnverifiedTransactionException asked)) return done;
            done = Promise.promise();
            append = new Append(id, batch, records, asked.guard(), done);
            if (partition.isAnswered(append, nowMs)) return done;
        }
        ByteBuffer stored = batch.duplicate();
        checkpoint.makeRoomFor(partition);
        AppendResult result = partition.log().append(batch, partition.leaderEpoch(), nowMs);
        long next = result.lastOffset() + 1;
        tailCache.add(partition.tail(), result.baseOffset(), next, stored);
        partition.awaitCommit(next, new Appended(result.baseOffset(), -1, 0, false), append);
        partition.replica().step(new Input.LogEndMoved(next), output -> {});
        if (group.add(partition, result.baseOffset(), next, stored, records)) queue.add(this::commit);
        return done;
    }

    /** Looks at the other replicas. */
    void look() {
        replica.look();
    }

    private void commit() {
        if (broken == null) group.commit();
    }

    /** Decides where a log begins. */
    void moveStart(TopicPartition id, long offset) throws IOException {
        runBackground();
        if (isLeader()) starts.move(table.get(id), offset);
    }

    void onImage(ClusterImage image) {
        runBackground();
        replica.onImage(image);
    }

    void beginCheckpoint() throws IOException {
        if (isOpen() && broken == null) checkpoint.begin(queue::add, this::proceed);
    }

    private void proceed() {
        try {
            checkpoint.proceed();
        } catch (IOException failed) {
            replica.fail(failed);
        }
    }

    /** Runs one task of the other threads, or one that waits for the shard's. */
    void step() {
        if (queue.isEmpty()) {
            if (!background.isEmpty()) background.poll().run();
            return;
        }
        runBackground();
        queue.poll().run();
    }

    /** Whether there is nothing to do. */
    boolean isIdle() {
        return queue.isEmpty() && background.isEmpty();
    }

    /** Before anything that may cut a log, and would wait for them. */
    private void runBackground() {
        while (!background.isEmpty()) background.poll().run();
    }

    /** Does what a shard does after a failed write. */
    @Override
    public void committed(GroupCommit.CommitResult outcome) {
        checkpoint.onAppended(outcome.bytes());
        if (group.isDue()) group.commit();
    }

    @Override
    public void failed(IOException why) {
        throw new AssertionError("a replicated journal lacks nothing", why);
    }

    @Override
    public void committed(Committed moved, long bytes) {
        checkpoint.onAppended(bytes);
    }

    @Override
    public void applied(int sizeBytes, boolean own, long nanos) {}

    @Override
    public void leads() {}

    @Override
    public void follows() {}

    @Override
    public void partitionsChanged() {}

    @Override
    public void looksSoon() {}

    @Override
    public void lacks(IOException what) {
        throw new AssertionError("nothing is lacking", what);
    }

    @Override
    public void broken(Throwable why) {
        broken = why;
    }
}

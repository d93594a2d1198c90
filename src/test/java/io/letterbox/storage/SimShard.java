package io.letterbox.storage;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.error.ApiException;
import io.letterbox.log.AppendResult;
import io.letterbox.log.WalReplay;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.log.wal.RecoveredWal;
import io.letterbox.log.wal.WalEntry;
import io.letterbox.log.wal.WriteAheadLog;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.letterbox.replication.Input;
import io.letterbox.time.Clock;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** The parts of a shard without its thread: the test runs queued work step by step. */
final class SimShard implements GroupCommit.Listener {
    private static final long TAIL_CACHE_BYTES = 20_000;

    private final DataDirectory directory;
    private final RecoveryCheckpoint recovery;
    private final RecoveredWal remains;
    private final Journal journal;

    /** The journal, if it is that of a node which stands alone; else null. */
    private final LocalJournal local;

    private final PartitionTable partitions;
    private final ShardPartitions opening;
    private final ShardCompaction compaction;
    private final GroupCommit group;
    private final LogStarts starts;
    private final ShardCheckpoint checkpoint;
    private final TailCache tailCache = new TailCache(TAIL_CACHE_BYTES);
    private final ArrayDeque<Runnable> background = new ArrayDeque<>();
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private ClusterImage image;
    private IOException failed;

    /** Reads the data directory as a start does. */
    SimShard(SimDisk disk, DataDirectory directory, int walBytes) throws IOException {
        this(disk, directory, walBytes, null);
    }

    /** With a journal of the test's own. */
    SimShard(SimDisk disk, DataDirectory directory, SimJournal journal) throws IOException {
        this(disk, directory, 0, journal);
    }

    private SimShard(SimDisk disk, DataDirectory directory, int walBytes, SimJournal given) throws IOException {
        this.directory = directory;
        StorageServices services = SimServices.of(1, disk, directory, background::add, Clock.system());
        recovery = services.recovery();
        remains = services.wal().recovered();
        ShardFailures failures = new ShardFailures(services);
        compaction = new ShardCompaction(services, failures);
        partitions = new PartitionTable(0, services);
        WriteAheadLog wal = new WriteAheadLog(services.wal(), walBytes);
        local = given == null ? new LocalJournal(wal, services.forces(), partitions::get) : null;
        journal = given == null ? local : given;
        opening = new ShardPartitions(partitions, services, compaction, failures, journal::append);
        starts = new LogStarts(journal, Clock.system());
        group = new GroupCommit(journal, Clock.system(), this);
        Runnable onBegin = local == null ? () -> {} : local::checkpointBegins;
        checkpoint = new ShardCheckpoint(services, partitions, new RecoveryNote(recovery, onBegin));
    }

    /** Opens the logs, and deletes the write-ahead files of an earlier process. Returns how many files have to stay. */
    int open(ClusterImage first) throws IOException {
        image = first;
        apply(first);
        recovery.removeForceFailedNote();
        Set<UUID> topicIds =
                image.topics().values().stream().map(TopicImage::id).collect(Collectors.toSet());
        return remains.clear(directory.layout(), topicIds, image.deleted().keySet())
                .size();
    }

    List<String> defects() {
        return remains.defects();
    }

    HostedPartition get(TopicPartition id) {
        return partitions.get(id);
    }

    long batchesRestored() {
        return recovery.batchesRestored();
    }

    /** Appends; a commit completes the promise. */
    Promise<Appended> append(TopicPartition id, ByteBuffer batch, int records, long nowMs) throws IOException {
        Promise<Appended> done = Promise.promise();
        append(new Append(id, batch, records, null, done), nowMs);
        return done;
    }

    /** Appends, or refuses what its producer should not have sent. */
    void append(Append append, long nowMs) throws IOException {
        HostedPartition partition = partitions.get(append.partition());
        if (partition.isAnswered(append, nowMs)) return;
        ByteBuffer batch = append.batch();
        ByteBuffer stored = batch.duplicate();
        checkpoint.makeRoomFor(partition);
        AppendResult result = partition.log().append(batch, partition.leaderEpoch(), nowMs);
        long next = result.lastOffset() + 1;
        tailCache.add(partition.tail(), result.baseOffset(), next, stored);
        partition.awaitCommit(next, new Appended(result.baseOffset(), -1, 0, false), append);
        partition.replica().step(new Input.LogEndMoved(next), output -> {});
        group.add(partition, result.baseOffset(), next, stored, append.recordCount());
    }

    void commit(long nowMs) throws IOException {
        throwFailure();
        if (wantsCheckpoint() || checkpoint.isDueForFiles()) beginCheckpoint();
        group.commit();
        throwFailure();
    }

    private boolean wantsCheckpoint() {
        JournalEntry.Group pending = group.pending();
        return local != null && pending != null && local.wantsCheckpoint(pending);
    }

    private void throwFailure() throws IOException {
        IOException why = failed;
        failed = null;
        if (why != null) throw why;
    }

    @Override
    public void committed(GroupCommit.CommitResult outcome) {
        checkpoint.onAppended(outcome.bytes());
        if (group.isDue()) group.commit();
    }

    @Override
    public void failed(IOException why) {
        failed = why;
    }

    /** Decides where a log begins; that is so when the journal has said that it is safe. */
    void moveStart(TopicPartition id, long offset) throws IOException {
        starts.move(partitions.get(id), offset);
    }

    /** The shard's leader steps down: everything that is not safe goes. */
    void cut(ApiException why) throws IOException {
        awaitForces();
        group.cut(partitions.all(), why);
    }

    /** Takes an entry of which another has made sure, as one who follows does. */
    void take(JournalEntry entry, long nowMs) throws IOException {
        if (entry instanceof JournalEntry.LogStart start) {
            partitions.get(start.partition()).log().deleteRecordsBefore(start.offset());
        } else if (entry instanceof JournalEntry.Group taken) {
            take(taken, nowMs);
        }
    }

    private void take(JournalEntry.Group taken, long nowMs) throws IOException {
        for (WalEntry part : taken.parts()) {
            HostedPartition partition = partitions.get(part.partition());
            WalReplay replay = new WalReplay(partition.log());
            for (ByteBuffer batch : part.batches()) replay.put(batch.duplicate(), nowMs);
            partition.replica().step(new Input.LogEndMoved(partition.log().logEndOffset()), output -> {});
            Input safe = new Input.Durable(part.nextOffset());
            Acknowledgements answers = new Acknowledgements();
            partition.replica().step(safe, output -> partition.perform(output, new ArrayList<>(), answers));
            answers.send();
            checkpoint.onAppended(part.sizeBytes());
        }
    }

    void beginCheckpoint() throws IOException {
        checkpoint.begin(queue::add, () -> {
            try {
                checkpoint.proceed();
            } catch (IOException failed) {
                throw new java.io.UncheckedIOException(failed);
            }
        });
    }

    /** Runs one task of the other threads, and then the tasks that they have queued for the shard. */
    void step() {
        Runnable work = background.poll();
        if (work != null) work.run();
        Runnable told = queue.poll();
        if (told != null) told.run();
    }

    void apply(ClusterImage next, long nowMs) throws IOException {
        commit(nowMs);
        image = next;
        apply(next);
    }

    private void apply(ClusterImage any) throws IOException {
        opening.apply(any, this::awaitForces, new ArrayList<>());
    }

    private void awaitForces() throws IOException {
        while (!background.isEmpty()) background.poll().run();
        checkpoint.awaitForces();
    }

    void stop(long nowMs) throws IOException {
        commit(nowMs);
        awaitForces();
        checkpoint.abandon();
        if (!partitions.closeAll(compaction)) throw new IOException("a log could not be closed", new IOException());
        if (local != null) local.discard();
        recovery.close();
    }

    /** Does what a shard does after a failed write. */
    void fail() {
        recovery.forceFailed();
    }
}

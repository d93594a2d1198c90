package io.letterbox.storage;

import io.letterbox.bus.Committed;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.error.ApiException;
import io.letterbox.log.CorruptLogException;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import io.letterbox.storage.replica.LogPosition;
import io.letterbox.storage.replica.Proposal;
import io.letterbox.storage.replica.ShardReplica;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * One replica of a shard. What the replicated log tells is queued ({@link ReplicaInbox}) and done on the shard's
 * thread, in its order:
 *
 * <ul>
 *   <li>An entry of the leadership that this replica has now: what it holds is in the logs already, and becomes safe.
 *   <li>Any other entry, also one that this replica proposed as a leader before: what is above the high watermarks is
 *       cut first, because another leader's records may belong at the same offsets; then the entry is applied. If this
 *       replica thought that it leads, it does not.
 *   <li>An entry that its leader has proposed in another term than the log has it in is void: that leader had been
 *       deposed and elected again, and did not know yet that what it had proposed before was lost.
 *   <li>An entry that needs metadata which this node has not applied yet waits for them, and so does all behind it.
 * </ul>
 *
 * Only a replica that leads takes appends and decides; what it has appended above the high watermarks is cut when that
 * ends. Owned by the shard's thread, but for {@link ShardReplica}.
 */
final class ReplicaShard implements ShardRole, ShardReplica {
    private final ReplicaPartitions partitions;
    private final ReplicatedJournal journal;
    private final GroupCommit group;
    private final ShardCheckpoint checkpoint;
    private final Listener listener;
    private final ReplicaInbox inbox;

    /** Where the last process stood. */
    private final ReplicaCheckpoint beginning;

    // The shard's thread.
    private ReplicaState state = new ReplicaState.Opening();

    /** True if there may be something above the high watermarks. */
    private boolean speculates;

    /** What was proposed to be opened, and dropped, by this leadership. */
    private final Map<TopicIdPartition, TopicPartition> opened = new HashMap<>();

    private final Set<TopicIdPartition> dropped = new HashSet<>();

    /** Of the leadership that this replica has or had last; null before the first. */
    private CopiesDemanded copies;

    /** Written by the shard's thread, read by any. */
    private volatile List<Integer> inSync = List.of();

    /**
     * @param beginning what the last process left
     * @param shardThread runs tasks on the shard's thread, also later than this is closed
     */
    ReplicaShard(
            ReplicaPartitions partitions,
            ReplicatedJournal journal,
            GroupCommit group,
            ShardCheckpoint checkpoint,
            ReplicaCheckpoint beginning,
            Executor shardThread,
            Listener listener) {
        this.partitions = partitions;
        this.journal = journal;
        this.group = group;
        this.checkpoint = checkpoint;
        this.beginning = beginning;
        this.listener = listener;
        this.inbox = new ReplicaInbox(() -> shardThread.execute(this::proceed));
    }

    // ---- what the replicated log tells, on any thread

    @Override
    public LogPosition restored() {
        return beginning.position();
    }

    @Override
    public void apply(LogPosition at, ByteBuffer entry, Proposal own, Runnable applied, Consumer<Throwable> broken) {
        inbox.add(new ReplicaEvent.Entry(at, entry, own, applied, broken));
    }

    @Override
    public void skipped(LogPosition at) {
        inbox.add(new ReplicaEvent.Skipped(at));
    }

    @Override
    public void leads(long term) {
        inbox.add(new ReplicaEvent.Leads(term));
    }

    @Override
    public void leadsNoMore() {
        inbox.add(new ReplicaEvent.LeadsNoMore());
    }

    // ---- the shard's thread

    /** What the replica is. */
    ReplicaState state() {
        return state;
    }

    @Override
    public int maxBatchBytes() {
        return journal.maxBatchBytes();
    }

    @Override
    public boolean leads() {
        return state instanceof ReplicaState.Leader;
    }

    @Override
    public ApiException refusal(HostedPartition partition) {
        return copies.refusal(partition);
    }

    @Override
    public void look() {
        if (!leads()) return;
        copies.look(partitions.elapsedMs());
        inSync = copies.inSync();
        if (copies.isWaiting()) listener.looksSoon();
    }

    /** The nodes of the replicas that are in sync, while this one leads. Any thread. */
    List<Integer> inSync() {
        return inSync;
    }

    @Override
    public boolean wantsCheckpoint() {
        return false;
    }

    @Override
    public Map<TopicPartition, ApiException> onImage(ClusterImage image) {
        if (state.isOver()) return Map.of();
        partitions.configure(image);
        proceed();
        if (state instanceof ReplicaState.Leader) bringInLine();
        listener.partitionsChanged();
        return Map.of();
    }

    /** Does what has been told and can be done now. */
    @Override
    public void proceed() {
        try {
            if (state instanceof ReplicaState.Opening && !restore()) return;
            for (ReplicaEvent next; !state.isOver() && (next = inbox.peek()) != null; ) {
                if (!handle(next) || state.isOver()) return;
                inbox.remove();
            }
        } catch (IOException | RuntimeException failed) {
            onFailure(failed);
        }
    }

    private boolean restore() throws IOException {
        ClusterImage image = partitions.image();
        if (image == null || image.version() < beginning.metadataVersion()) return false;
        partitions.restore(beginning);
        state = new ReplicaState.Follower();
        return true;
    }

    private void onFailure(Exception failed) {
        boolean lacking = failed instanceof IOException
                && !(failed instanceof ForceFailedException
                        || failed instanceof CorruptLogException
                        || failed instanceof UnreadableEntryException)
                && !partitions.table().anyPoisoned();
        if (lacking) listener.lacks((IOException) failed);
        else fail(failed);
    }

    /** The replica is of no use any more: it neither leads nor votes with what it does not have. */
    @Override
    public void fail(Throwable why) {
        if (state.isOver()) return;
        List<Journal.Completion> waiting = journal.end();
        state = new ReplicaState.Broken(why);
        for (HostedPartition held : partitions.table().all()) held.refuseWaiting(refusal());
        refuse(waiting);
        inbox.close();
        listener.broken(why);
    }

    /** The shard stops: nothing is applied any more. What waits has been refused. */
    @Override
    public void close() {
        if (state instanceof ReplicaState.Leader) follow();
        if (!state.isOver()) state = new ReplicaState.Closed();
        inbox.close();
    }

    @Override
    public void closed(boolean whole) {
        // The replicated log keeps what it has.
    }

    @Override
    public boolean hasDropsLeft() {
        return true;
    }

    // ---- events

    /** False if that has to wait. */
    private boolean handle(ReplicaEvent event) throws IOException {
        if (event instanceof ReplicaEvent.Entry entry) return apply(entry);
        if (event instanceof ReplicaEvent.Skipped skipped) {
            requireNext(skipped.at());
            partitions.applied(skipped.at());
        } else if (event instanceof ReplicaEvent.Leads leads) {
            lead(leads.term());
        } else if (state instanceof ReplicaState.Leader) {
            follow();
        }
        return true;
    }

    private void requireNext(LogPosition at) {
        if (at.index() == partitions.position().index() + 1) return;
        throw new IllegalStateException("the entry " + at + " does not follow on " + partitions.position());
    }

    private boolean apply(ReplicaEvent.Entry event) throws IOException {
        requireNext(event.at());
        if (journal.isLive(event.own(), event.at().term())) {
            ReplicatedJournal.Own own = (ReplicatedJournal.Own) event.own();
            // Before anybody is answered.
            listener.applied(own.sizeBytes(), true, own.ageNanos());
            applyOwn(own, event.at().index());
        } else {
            JournalEntryCodec.Decoded decoded = JournalEntryCodec.decode(event.entry());
            if (decoded.metadataVersion() > partitions.image().version()) return false;
            if (state instanceof ReplicaState.Leader) follow();
            else cut();
            if (state.isOver()) return false;
            if (decoded.term() == event.at().term()) perform(decoded.entry(), event.sizeBytes());
            listener.applied(event.sizeBytes(), false, 0);
        }
        partitions.applied(event.at());
        event.applied().run();
        return true;
    }

    private void applyOwn(ReplicatedJournal.Own own, long index) throws IOException {
        if (!(own.entry() instanceof JournalEntry.Group piece)) {
            perform(own.entry(), own.sizeBytes());
            journal.committed(own);
        } else {
            journal.committed(own);
            if (own.done() == null) commit(piece);
        }
        if (own.done() != null) own.done().safe();
        if (own.entry() instanceof JournalEntry.Group piece) partitions.committedIn(piece, index);
        if (copies.isWaiting()) listener.looksSoon();
    }

    private void commit(JournalEntry.Group piece) {
        List<Committed.Moved> moved = new ArrayList<>();
        Acknowledgements answers = new Acknowledgements();
        partitions.commit(piece, moved, answers);
        if (!moved.isEmpty()) listener.committed(new Committed(moved), 0);
        answers.send();
    }

    private void perform(JournalEntry entry, int sizeBytes) throws IOException {
        List<Committed.Moved> moved = new ArrayList<>();
        try {
            if (entry instanceof JournalEntry.Group applied) {
                partitions.append(applied, moved);
            } else if (entry instanceof JournalEntry.LogStart start) {
                partitions.moveStart(start);
            } else if (entry instanceof JournalEntry.Open open) {
                partitions.open(open);
                listener.partitionsChanged();
            } else if (entry instanceof JournalEntry.Drop drop) {
                checkpoint.awaitForces();
                partitions.drop(drop);
                listener.partitionsChanged();
            }
        } finally {
            // Where something is lacking, a part of it is done.
            listener.committed(new Committed(moved), sizeBytes);
        }
    }

    // ---- leading

    private void lead(long term) throws IOException {
        if (state instanceof ReplicaState.Leader) follow();
        else cut();
        if (state.isOver()) return;
        for (HostedPartition held : partitions.table().all()) {
            if (held.log().logEndOffset() != held.highWatermark())
                throw new IllegalStateException(held.id() + " has more than what is committed");
        }
        copies = partitions.ledIn(term, journal.log());
        inSync = copies.inSync();
        journal.begin(new ReplicatedJournal.Leadership(term, this::follow));
        state = new ReplicaState.Leader(term);
        speculates = true;
        opened.clear();
        dropped.clear();
        listener.leads();
        bringInLine();
    }

    /** Appends what the log lacks of what the image says: drops first, as a name may have been used again. */
    private void bringInLine() {
        long nowMs = partitions.nowMs();
        Map<TopicIdPartition, TopicPartition> deleted = partitions.deleted(opened);
        deleted.keySet().removeIf(key -> !dropped.add(key));
        if (!deleted.isEmpty()) journal.append(new JournalEntry.Drop(nowMs, deleted), new Repeated());
        Map<TopicIdPartition, TopicPartition> missing = partitions.missing();
        missing.keySet().removeAll(opened.keySet());
        opened.putAll(missing);
        if (!missing.isEmpty()) journal.append(new JournalEntry.Open(nowMs, missing), new Repeated());
    }

    /** Of an entry that is applied as any other; the next leader looks again. */
    private static final class Repeated implements Journal.Completion {
        @Override
        public void safe() {
            // It is applied.
        }

        @Override
        public void failed(IOException why) {
            // The next leader does it.
        }
    }

    /** Leadership is over: others may decide, and what this replica has appended and is not committed may be lost. */
    private void follow() {
        List<Journal.Completion> waiting = journal.end();
        // First, as whoever is refused may come again at once.
        state = new ReplicaState.Follower();
        inSync = List.of();
        try {
            cut();
        } catch (IOException failed) {
            fail(failed);
        }
        refuse(waiting);
        if (!state.isOver()) listener.follows();
    }

    private static void refuse(List<Journal.Completion> waiting) {
        for (Journal.Completion each : waiting) each.failed(new NotLeadingException());
    }

    /** Takes back what is above the high watermarks. */
    private void cut() throws IOException {
        if (!speculates) return;
        checkpoint.awaitForces();
        // This replica may lead again before it gets what was in flight behind them.
        group.eachUnsafe(partitions::refused);
        group.cut(partitions.table().all(), refusal());
        speculates = false;
    }

    /** What everyone is told who asks for the leader here while it is elsewhere. */
    ApiException refusal() {
        return NotLeadingException.refusal(partitions.table().shard());
    }
}

package io.letterbox.cluster.raft;

import io.letterbox.disk.Shortage;
import io.letterbox.storage.replica.LogPosition;
import io.letterbox.storage.replica.Proposal;
import io.letterbox.storage.replica.ShardReplica;
import io.letterbox.text.FileTrouble;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;

/**
 * Tells a replica what its group has committed. Ratis gives an entry back with what it was proposed with only while the
 * leadership lives in which that was done; afterwards the same entry comes as one of somebody else.
 */
final class ShardStateMachine extends BaseStateMachine {
    /** What a log adds to an entry. */
    private static final int OVERHEAD_BYTES = 64;

    private final ShardReplica replica;
    private final ReplicaTurns turns;
    private final Executor executor;
    private final BiConsumer<RaftShardLog.Trouble, String> trouble;

    // Any thread: set by the one that applies entries, and ended by whoever learns it first.
    private volatile Leadership leadership;

    // The thread that applies entries.
    private long configurationTerm;

    /** Counted by the thread that applies entries; read by any. */
    private final EntrySizes sizes = new EntrySizes();

    // The shard's thread; read by Ratis.
    private volatile SnapshotInfo checkpoint;

    /** The last entry that the replica was given: Ratis counts it as applied, and the replica may not have done it. */
    private volatile CompletableFuture<Message> last = CompletableFuture.completedFuture(Message.EMPTY);

    /** @param trouble told why the replica can go on no more; called from any thread */
    ShardStateMachine(ShardReplica replica, Executor executor, BiConsumer<RaftShardLog.Trouble, String> trouble) {
        this.replica = replica;
        this.turns = new ReplicaTurns(replica);
        this.executor = executor;
        this.trouble = trouble;
        setLastAppliedTermIndex(TermIndex.INITIAL_VALUE);
    }

    /** Null while this replica does not lead. */
    Leadership leadership() {
        return leadership;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage) throws IOException {
        super.initialize(server, group, storage);
        LogPosition restored = replica.restored();
        if (restored.index() < 0) return;
        checkpointed(restored);
        setLastAppliedTermIndex(TermIndex.valueOf(restored.term(), restored.index()));
    }

    /** What is at or below it is not asked for again by this replica. */
    void checkpointed(LogPosition position) {
        SnapshotInfo before = checkpoint;
        if (before != null && position.index() <= before.getIndex()) return;
        checkpoint = new FileListSnapshotInfo(List.of(), TermIndex.valueOf(position.term(), position.index()));
    }

    @Override
    public SnapshotInfo getLatestSnapshot() {
        return checkpoint;
    }

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
        TransactionContext transaction = super.startTransaction(request);
        if (request.getMessage() instanceof Proposed proposed) {
            transaction.setStateMachineContext(proposed.context());
            proposed.begun(transaction);
        }
        return transaction;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        LogPosition at = new LogPosition(entry.getTerm(), entry.getIndex());
        long expected = getLastAppliedTermIndex().getIndex() + 1;
        if (at.index() != expected) {
            trouble.accept(
                    RaftShardLog.Trouble.TOO_FAR_BEHIND,
                    "its log goes on with entry " + at.index() + ", and its checkpoint ends before " + expected);
            throw new IllegalStateException("entry " + at.index() + " comes where " + expected + " belongs");
        }
        ByteBuffer bytes = EntryBytes.of(entry.getStateMachineLogEntry().getLogData());
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        sizes.add(at.index(), bytes.remaining() + OVERHEAD_BYTES);
        if (!bytes.hasRemaining()) {
            // Only there to have been committed.
            turns.skipped(at);
            return CompletableFuture.completedFuture(Message.EMPTY);
        }
        Proposal own = transaction.getStateMachineContext() instanceof Proposal proposal ? proposal : null;
        CompletableFuture<Message> applied = new CompletableFuture<>();
        last = applied;
        turns.apply(at, bytes, own, () -> applied.complete(Message.EMPTY), broken -> {
            trouble.accept(RaftShardLog.Trouble.REPLICA_BROKEN, FileTrouble.reason(broken));
            applied.completeExceptionally(broken);
        });
        return applied;
    }

    /** How many bytes the entries have that this process has applied. */
    EntrySizes sizes() {
        return sizes;
    }

    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        super.notifyTermIndexUpdated(term, index);
        turns.skipped(new LogPosition(term, index));
    }

    @Override
    public void notifyConfigurationChanged(long term, long index, RaftConfigurationProto configuration) {
        configurationTerm = term;
    }

    /** Called where the entry is applied with which the leadership begins, and whose term it therefore is. */
    @Override
    public void notifyLeaderReady() {
        Leadership begun = new Leadership(configurationTerm);
        leadership = begun;
        turns.leads(begun);
        if (!stillLeads(begun)) end(begun);
    }

    private boolean stillLeads(Leadership begun) {
        RaftServer server = getServer().getNow(null);
        if (server == null) return false;
        try {
            var info = server.getDivision(getGroupId()).getInfo();
            return info.isLeader() && info.getCurrentTerm() == begun.term();
        } catch (IOException gone) {
            return false;
        }
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        Leadership ended = leadership;
        if (ended != null) end(ended);
    }

    /** Ends a leadership here; the replica is told soon, by another thread. */
    void end(Leadership ended) {
        ended.end();
        if (leadership == ended) leadership = null;
        try {
            executor.execute(() -> turns.leadsNoMore(ended));
        } catch (RejectedExecutionException closing) {
            // The replica is closed, too.
        }
    }

    /** The answer of a barrier: the replica has done what it was given before. */
    @Override
    public CompletableFuture<Message> query(Message request) {
        CompletableFuture<Message> given = last;
        return given.isDone() ? given : given.thenApplyAsync(applied -> Message.EMPTY, executor);
    }

    @Override
    public void notifyLogFailed(Throwable cause, LogEntryProto entry) {
        Leadership ended = leadership;
        if (ended != null) end(ended);
        boolean lacks = cause instanceof IOException io && Shortage.of(io) != Shortage.OTHER;
        trouble.accept(
                lacks ? RaftShardLog.Trouble.LOG_LACKS : RaftShardLog.Trouble.LOG_FAILED, FileTrouble.reason(cause));
    }

    @Override
    public CompletableFuture<TermIndex> notifyInstallSnapshotFromLeader(RoleInfoProto role, TermIndex first) {
        // A leader also asks a healthy follower, when it talks to it for the first time.
        if (getLastAppliedTermIndex().getIndex() + 1 >= first.getIndex())
            return CompletableFuture.completedFuture(null);
        trouble.accept(
                RaftShardLog.Trouble.TOO_FAR_BEHIND,
                "the leader begins with entry " + first.getIndex() + ", and the last one here is "
                        + getLastAppliedTermIndex().getIndex());
        return new CompletableFuture<>();
    }

    @Override
    public void close() throws IOException {
        super.close();
        Leadership ended = leadership;
        if (ended != null) end(ended);
        trouble.accept(RaftShardLog.Trouble.CLOSED, "Raft has closed it");
    }
}

package io.letterbox.cluster.raft;

import io.letterbox.cluster.healing.GroupMembers;
import io.letterbox.cluster.healing.GroupReport;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.ShardLeader;
import io.letterbox.storage.replica.FollowerProgress;
import io.letterbox.storage.replica.LogPosition;
import io.letterbox.storage.replica.Proposal;
import io.letterbox.storage.replica.ReplicaView;
import io.letterbox.storage.replica.ReplicatedLog;
import io.letterbox.storage.replica.ShardReplica;
import io.letterbox.text.FileTrouble;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of a replicated shard: a Raft group. Entries are proposed by the shard's thread directly to the replica of
 * this process, without a hop, so they are in the log in the order of the calls.
 */
public final class RaftShardLog implements ReplicatedLog, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(RaftShardLog.class);

    /**
     * So many bytes below the checkpoint are kept for replicas that are behind: a node that is started again within a
     * minute or so catches up from them, and else has to copy everything.
     */
    private static final long KEPT_BYTES = 128L << 20;

    private final RaftNode node;
    private final RaftGroupId group;
    private final Handover handover;
    private final Barrier barrier;
    private final GroupMembership membership;
    private final int shard;

    /** Entries that replicas need which are being copied to, by whoever said so: those from an index on. */
    private final Map<Long, Long> kept = new ConcurrentHashMap<>();

    private final AtomicBoolean over = new AtomicBoolean();

    // Written by open, the division also by whoever needs it first.
    private volatile ShardStateMachine machine;
    private volatile RaftServer.Division division;
    private volatile boolean closed;

    /** Why a replica can go on no more. */
    public enum Trouble {
        /** The others have purged what this one would need next. */
        TOO_FAR_BEHIND,
        /** Raft's own log could not be written, or not be forced. */
        LOG_FAILED,
        /** The same for want of something, as room on the disk: what was forced is there. */
        LOG_LACKS,
        /** The replica said so of itself. */
        REPLICA_BROKEN,
        /** Ratis has closed the group by itself. */
        CLOSED
    }

    /** @param shard its number */
    public RaftShardLog(RaftNode node, String clusterId, int shard) {
        this.node = node;
        this.group = RaftGroups.shard(clusterId, shard);
        this.shard = shard;
        this.handover = new Handover(node, group);
        this.membership = new GroupMembership(node, group);
        this.barrier = new Barrier(
                node,
                group,
                () -> new ApiException(
                        ErrorCode.NODE_UNREACHABLE,
                        "No leader of shard " + shard + " could be asked. Try again later."));
    }

    /**
     * Enters the group; blocks. Entries are given to the replica from behind its checkpoint on.
     *
     * @param members those that the group begins with; later ones are in its log. Empty for a replica that has a copy
     * @param isNew whether the replica may begin here with nothing, or with nothing but a copy
     * @param trouble told once, from any thread, where the replica can go on no more; it has left the group then, or is
     *     about to
     * @throws IOException where the replica cannot be opened; the message says why
     */
    public void open(ShardReplica replica, List<RaftMember> members, boolean isNew, BiConsumer<Trouble, String> trouble)
            throws IOException {
        machine = new ShardStateMachine(replica, node.executor(), (kind, why) -> fail(kind, why, trouble));
        node.open(group, members, machine, isNew);
        division();
    }

    /** The group in this process; a replica may lead before {@link #open} has returned. */
    private RaftServer.Division division() throws IOException {
        RaftServer.Division known = division;
        if (known != null) return known;
        known = node.division(group);
        division = known;
        return known;
    }

    private void fail(Trouble kind, String why, BiConsumer<Trouble, String> trouble) {
        if (closed || node.isClosed() || !over.compareAndSet(false, true)) return;
        LOG.error("The replica of the Raft group {} goes on no more: {} ({})", group.getUuid(), kind, why);
        // It must not go on voting with what it does not have.
        node.leaveLater(group);
        trouble.accept(kind, why);
    }

    @Override
    public void propose(ByteBuffer entry, Proposal proposal) {
        Leadership leadership = machine.leadership();
        if (leadership == null || leadership.isOver()) {
            proposal.refused(new IllegalStateException("this replica does not lead"));
            return;
        }
        if (entry.remaining() > maxEntryBytes() || !entry.hasRemaining()) {
            // Ratis would lose its leadership over it, and count it as pending for ever.
            refuse(leadership, proposal, new IllegalArgumentException("an entry of " + entry.remaining() + " bytes"));
            return;
        }
        Proposed message = new Proposed(UnsafeByteOperations.unsafeWrap(entry), proposal);
        Throwable failure = submit(leadership, message);
        if (failure == null) return;
        if (message.isAppended()) giveUp(leadership, FileTrouble.reason(failure));
        else refuse(leadership, proposal, failure);
    }

    /** Why an entry was refused at once; null if it is on its way. */
    private Throwable submit(Leadership leadership, Proposed message) {
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(leadership.client())
                .setServerId(node.self())
                .setGroupId(group)
                .setCallId(leadership.nextCall())
                .setMessage(message)
                .setType(RaftClientRequest.writeRequestType())
                .build();
        try {
            // No promised interface of a division, but what it is: the promised way would go over another thread.
            CompletableFuture<RaftClientReply> reply =
                    ((RaftClientAsynchronousProtocol) division()).submitClientRequestAsync(request);
            if (!reply.isDone()) return null;
            RaftClientReply answer = reply.join();
            return answer.isSuccess() ? null : answer.getException();
        } catch (CompletionException failed) {
            return failed.getCause();
        } catch (IOException | RuntimeException failed) {
            return failed;
        }
    }

    private void refuse(Leadership leadership, Proposal proposal, Throwable why) {
        proposal.refused(why);
        giveUp(leadership, FileTrouble.reason(why));
    }

    private void giveUp(Leadership leadership, String why) {
        machine.end(leadership);
        handover.stepDown(leadership.term(), why);
    }

    @Override
    public void checkpointed(LogPosition position) {
        machine.checkpointed(position);
        try {
            node.executor().execute(() -> purge(position.index()));
        } catch (RejectedExecutionException closing) {
            // The next start purges.
        }
    }

    private void purge(long index) {
        try {
            long everywhere = index;
            for (CommitInfoProto peer : division().getCommitInfos()) {
                everywhere = Math.min(everywhere, peer.getCommitIndex());
            }
            long purged = Math.max(everywhere, machine.sizes().beyond(index, KEPT_BYTES));
            // A copy that nothing follows on would have to be made again.
            for (long needed : kept.values()) purged = Math.min(purged, needed - 1);
            if (purged > 0) division().getRaftLog().purge(purged);
        } catch (IOException | RuntimeException failed) {
            LOG.warn("Entries of the Raft group {} were not purged: {}", group.getUuid(), FileTrouble.reason(failed));
        }
    }

    /**
     * Keeps the entries from an index on, whatever is checkpointed, until {@link #release}.
     *
     * @param reason by which it is released
     */
    public void keepFrom(long reason, long index) {
        kept.put(reason, index);
    }

    /** What was kept for a reason is not needed any more. */
    public void release(long reason) {
        kept.remove(reason);
    }

    /** What this node knows of the group as its leader; empty if it does not lead it or has not entered it. */
    public Optional<GroupReport> report() {
        try {
            return membership.report(shard);
        } catch (IOException notThere) {
            return Optional.empty();
        }
    }

    /** Whether this node's replica is a member of the group, as far as it knows itself. */
    public boolean isMember() {
        try {
            return membership.isMember();
        } catch (IOException notThere) {
            return false;
        }
    }

    /**
     * The members of the group, as its leader has them, who has made sure that it still leads; fails where this node
     * does not lead. What was promised by a replica that is not among them binds nobody.
     */
    public CompletionStage<GroupMembers> provenMembers() {
        return barrier().thenApply(passed -> {
            GroupReport report = report().filter(known -> !known.changing()).orElse(null);
            if (report == null)
                throw new CompletionException(new ApiException(
                        ErrorCode.NODE_UNREACHABLE,
                        "This node does not lead shard " + shard + ", or its members are being changed. Try again"
                                + " later."));
            return report.members();
        });
    }

    /**
     * Changes the members of the group, if they are what is expected and this node leads; complete when that is
     * committed.
     *
     * @param addresses where members are that the group does not have yet
     */
    public CompletionStage<Void> changeMembers(GroupMembers expected, GroupMembers wanted, List<RaftMember> addresses) {
        return membership.change(expected, wanted, addresses);
    }

    @Override
    public int maxEntryBytes() {
        return RaftSettings.MAX_ENTRY_BYTES - RaftSettings.ENTRY_OVERHEAD_BYTES;
    }

    @Override
    public int capacity() {
        return RaftSettings.MAX_IN_FLIGHT;
    }

    @Override
    public void stepDown(String why) {
        Leadership leadership = machine.leadership();
        if (leadership != null) handover.stepDown(leadership.term(), why);
    }

    @Override
    public long forcedIndex() {
        RaftServer.Division known = division;
        return known == null ? -1 : known.getRaftLog().getFlushIndex();
    }

    @Override
    public List<FollowerProgress> followers() {
        RaftServer.Division known = division;
        return known == null ? List.of() : DivisionView.followers(known.getInfo());
    }

    /** What this replica knows of the group; null where it has not entered it yet, or has left it. */
    public ReplicaView view() {
        RaftServer.Division known = division;
        return known == null || closed || over.get() ? null : DivisionView.of(known);
    }

    /** Who leads the shard as far as this replica knows. */
    public ShardLeader leader() {
        RaftServer.Division known = division;
        if (known == null) return new ShardLeader(ShardLeader.NOBODY, 0, List.of());
        DivisionInfo info = known.getInfo();
        return new ShardLeader(RaftNode.node(info.getLeaderId()), info.getCurrentTerm(), List.of());
    }

    /**
     * Hands leadership to another replica. Nothing should be proposed meanwhile: it would be refused.
     *
     * @param target a member that has caught up
     * @param timeoutMs how long it may take, 1 or more
     * @return whether the other one leads
     */
    public CompletionStage<Boolean> transferTo(RaftMember target, long timeoutMs) {
        return handover.transfer(RaftPeerId.valueOf(target.replica().peer()), timeoutMs);
    }

    /** Waits until what was committed when this was called is applied here; fails where nobody can be asked. */
    public CompletionStage<Void> barrier() {
        return barrier.passed();
    }

    /**
     * Makes room for a copy in the place of the replica's files. Of what it promised everything stays, or nothing; its
     * own entries go where they end with the copy or before it. While this node is not in the group; blocks.
     *
     * @param keepsVote whether the replica is still a member
     * @param copied where the copy stands
     */
    public static void prepareFor(RaftNode node, String clusterId, int shard, boolean keepsVote, LogPosition copied)
            throws IOException {
        RaftGroupId group = RaftGroups.shard(clusterId, shard);
        if (!keepsVote) node.forget(group);
        else if (copied.index() >= node.lastIndex(group)) node.dropEntries(group);
    }

    /** Whether there is what this node has promised in the group of a shard. Blocks. */
    public static boolean remembers(RaftNode node, String clusterId, int shard) {
        return node.remembers(RaftGroups.shard(clusterId, shard));
    }

    /**
     * The first entry that this node has of a shard's group; -1 if it has none. What this node has promised follows on
     * a copy that reaches up to the entry before it. Blocks.
     */
    public static long firstIndex(RaftNode node, String clusterId, int shard) throws IOException {
        return node.firstIndex(RaftGroups.shard(clusterId, shard));
    }

    /** @throws IOException while this node has not left the group of a shard for good, as it may vote there */
    public static void requireLeft(RaftNode node, String clusterId, int shard) throws IOException {
        node.requireLeft(RaftGroups.shard(clusterId, shard));
    }

    /** The last entry that was given to this node's replica; -1 if it is not in the group. */
    public long appliedIndex() {
        RaftServer.Division known = division;
        return known == null ? -1 : known.getInfo().getLastAppliedIndex();
    }

    /** Leaves the group for now; blocks. */
    @Override
    public void close() throws IOException {
        if (closed) return;
        closed = true;
        node.closeGroup(group);
    }
}

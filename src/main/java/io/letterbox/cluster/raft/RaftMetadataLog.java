package io.letterbox.cluster.raft;

import io.letterbox.cluster.PeerException;
import io.letterbox.cluster.healing.GroupMembers;
import io.letterbox.cluster.healing.GroupReport;
import io.letterbox.disk.Disk;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.MetadataCodec;
import io.letterbox.metadata.MetadataLog;
import io.letterbox.metadata.MetadataMachine;
import io.letterbox.metadata.QuorumStatus;
import io.letterbox.metadata.ReplicaId;
import io.letterbox.metadata.Reply;
import io.letterbox.storage.replica.FollowerProgress;
import io.letterbox.storage.replica.ReplicaView;
import io.letterbox.text.FileTrouble;
import java.io.Closeable;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.DivisionInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata log of a cluster: a Raft group, whose leader is the controller. Every node can propose; proposals travel
 * to the controller, and are repeated with the next one where it goes away with them. The image here is what this node
 * knows to be agreed on.
 */
public final class RaftMetadataLog implements MetadataLog, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(RaftMetadataLog.class);

    /** Within this time a proposal is answered, whatever happens. */
    private static final long PROPOSAL_TIMEOUT_MS = 10_000;

    private static final long RETRY_MS = 50;

    private final RaftNode node;
    private final RaftGroupId group;
    private final MetadataStateMachine machine;
    private final MetadataForwarder forwarder;
    private final MetadataImages images;
    private final ControllerQueue queue;
    private final GroupMembership membership;

    // Any thread.
    private final List<Consumer<ClusterImage>> listeners = new CopyOnWriteArrayList<>();
    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean failed = new AtomicBoolean();
    private volatile Consumer<String> onFailure = reason -> {};
    private volatile boolean closed;

    /** An answer that is given when the image here has come so far. */
    private record Waiting(long version, Reply reply, CompletableFuture<Reply> promise) {}

    /** A proposal that is under way since {@link System#nanoTime} {@code beganNs}, and whether it was sent before. */
    private record Attempt(Command command, byte[] bytes, long beganNs, boolean repeated, CompletableFuture<Reply> to) {
        Attempt again(boolean mayBeDone) {
            return new Attempt(command, bytes, beganNs, repeated || mayBeDone, to);
        }

        boolean isLate() {
            return System.nanoTime() - beganNs > TimeUnit.MILLISECONDS.toNanos(PROPOSAL_TIMEOUT_MS);
        }
    }

    private RaftMetadataLog(
            RaftNode node, String clusterId, Disk disk, MetadataMachine rules, MetadataForwarder forwarder) {
        this.node = node;
        this.group = RaftGroups.metadata(clusterId);
        this.forwarder = forwarder;
        this.machine = new MetadataStateMachine(disk, rules, clusterId, new MetadataStateMachine.Listener() {
            @Override
            public void changed(ClusterImage image, long entryBytes) {
                shown(image, entryBytes);
            }

            @Override
            public void failed(String reason) {
                fail(reason);
            }
        });
        this.images = new MetadataImages(node, group, machine);
        this.queue = new ControllerQueue(node, group, machine, rules);
        this.membership = new GroupMembership(node, group);
    }

    /**
     * Enters the group; blocks. The image is that of this node's files at first, see {@link #barrier}.
     *
     * @throws IOException where the replica cannot be opened; the message says why
     */
    public static RaftMetadataLog open(
            RaftNode node, Opening opening, MetadataMachine rules, MetadataForwarder forwarder) throws IOException {
        RaftMetadataLog log = new RaftMetadataLog(node, opening.clusterId(), opening.disk(), rules, forwarder);
        node.open(log.group, opening.members(), log.machine, opening.isNew());
        return log;
    }

    /**
     * How the replica of this node is opened.
     *
     * @param clusterId from which the group's id is made, and which the first image has
     * @param members those that the group begins with; later ones are in its log
     * @param isNew whether this replica may begin here with nothing
     */
    public record Opening(String clusterId, Disk disk, List<RaftMember> members, boolean isNew) {}

    /** Tells somebody, in a sentence, when this node can take no more part in what is agreed on. */
    public void onFailure(Consumer<String> listener) {
        onFailure = listener;
    }

    @Override
    public ClusterImage image() {
        return machine.agreed().image();
    }

    @Override
    public void onChange(Consumer<ClusterImage> listener) {
        listeners.add(listener);
    }

    /** The node that is the controller as far as this one knows, -1 if there is none. */
    public int controller() {
        try {
            DivisionInfo info = node.division(group).getInfo();
            return RaftNode.node(info.getLeaderId());
        } catch (IOException gone) {
            return -1;
        }
    }

    /** What this node's replica knows of the group; null if it is in it no more. */
    public ReplicaView view() {
        try {
            return DivisionView.of(node.division(group));
        } catch (IOException gone) {
            return null;
        }
    }

    /** Whether this node is the controller, and has applied what earlier ones agreed on. */
    public boolean isController() {
        return queue.isController();
    }

    /** What this node knows of the group as its leader; empty if it does not lead it. */
    public Optional<GroupReport> report() {
        try {
            return membership.report(GroupReport.METADATA);
        } catch (IOException notThere) {
            return Optional.empty();
        }
    }

    /** How far everybody is, as far as this node knows as the controller; null if it is not. */
    public QuorumStatus quorum() {
        GroupReport report = report().orElse(null);
        if (report == null) return null;
        try {
            DivisionInfo info = node.division(group).getInfo();
            List<FollowerProgress> followers = DivisionView.followers(info);
            long committed = node.division(group).getRaftLog().getLastCommittedIndex();
            int self = RaftNode.node(node.self());
            Function<Set<ReplicaId>, List<QuorumStatus.Replica>> described = members -> members.stream()
                    .sorted(Comparator.comparingInt(ReplicaId::node))
                    .map(member -> described(member, self, committed, followers))
                    .toList();
            return new QuorumStatus(
                    self,
                    report.term(),
                    committed,
                    described.apply(report.members().voters()),
                    described.apply(report.members().listeners()));
        } catch (IOException gone) {
            return null;
        }
    }

    private static QuorumStatus.Replica described(
            ReplicaId member, int self, long committed, List<FollowerProgress> followers) {
        if (member.node() == self) return new QuorumStatus.Replica(self, member.directory(), committed, 0);
        for (FollowerProgress each : followers) {
            if (each.node() == member.node())
                return new QuorumStatus.Replica(each.node(), member.directory(), each.matchIndex(), each.silentMs());
        }
        return new QuorumStatus.Replica(member.node(), member.directory(), -1, Long.MAX_VALUE);
    }

    /** As {@link RaftShardLog#changeMembers}. */
    public CompletionStage<Void> changeMembers(GroupMembers expected, GroupMembers wanted, List<RaftMember> addresses) {
        return membership.change(expected, wanted, addresses);
    }

    @Override
    public CompletionStage<Reply> propose(Command command) {
        CompletableFuture<Reply> promise = new CompletableFuture<>();
        attempt(new Attempt(command, MetadataCodec.encode(command), System.nanoTime(), false, promise));
        return promise;
    }

    /**
     * Answers a proposal of another node.
     *
     * @return bytes for that node; never fails
     */
    public CompletionStage<byte[]> answer(byte[] proposal) {
        Command command;
        try {
            command = MetadataCodec.decodeCommand(proposal);
        } catch (IOException unreadable) {
            Reply refused = new Reply.Refused(
                    image().version(),
                    ErrorCode.INVALID_REQUEST,
                    "The controller cannot read the command: " + FileTrouble.reason(unreadable) + ".");
            return CompletableFuture.completedFuture(new ProposalOutcome.Replied(refused).encode());
        }
        return lead(command, proposal).thenApply(ProposalOutcome::encode);
    }

    /**
     * Waits until what the cluster had agreed on when this was called is in the image here.
     *
     * @return fails with an {@link ApiException} {@code NODE_UNREACHABLE} where nobody can be asked
     */
    public CompletionStage<Void> barrier() {
        return queue.barrier();
    }

    private void attempt(Attempt attempt) {
        if (closed) {
            attempt.to()
                    .completeExceptionally(new ApiException(ErrorCode.SHUTTING_DOWN, "The server is shutting down."));
            return;
        }
        int controller = controller();
        if (controller == node.node()) {
            lead(attempt.command(), attempt.bytes()).thenAccept(outcome -> came(attempt, outcome));
        } else if (controller < 0) {
            retry(attempt);
        } else {
            forwarder.ask(controller, attempt.bytes()).whenComplete((answer, failure) -> {
                if (failure == null) came(attempt, decoded(answer));
                else if (notSent(failure)) retry(attempt);
                else came(attempt, new ProposalOutcome.Unknown());
            });
        }
    }

    private CompletableFuture<ProposalOutcome> lead(Command command, byte[] bytes) {
        if (!queue.isController()) {
            return CompletableFuture.completedFuture(new ProposalOutcome.NotController(controller()));
        }
        return queue.propose(command, bytes);
    }

    private static ProposalOutcome decoded(byte[] answer) {
        try {
            return ProposalOutcome.decode(answer);
        } catch (IOException unreadable) {
            return new ProposalOutcome.Unknown();
        }
    }

    private static boolean notSent(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return cause instanceof PeerException peer && !peer.mayBeDone();
    }

    private void came(Attempt attempt, ProposalOutcome outcome) {
        if (outcome instanceof ProposalOutcome.Replied replied) {
            whenShown(replied.reply(), attempt);
        } else if (outcome instanceof ProposalOutcome.NotController) {
            retry(attempt);
        } else if (Repetition.isHarmless(attempt.command())) {
            retry(attempt.again(true));
        } else {
            attempt.to().completeExceptionally(unknown());
        }
    }

    private void retry(Attempt attempt) {
        if (attempt.isLate()) {
            attempt.to().completeExceptionally(attempt.repeated() ? unknown() : nobody());
            return;
        }
        CompletableFuture.delayedExecutor(RETRY_MS, TimeUnit.MILLISECONDS).execute(() -> attempt(attempt));
    }

    private static ApiException unknown() {
        return new ApiException(
                ErrorCode.OUTCOME_UNKNOWN,
                "The node that decides on changes went away meanwhile: the change may have been made, or not.");
    }

    static ApiException nobody() {
        return new ApiException(
                ErrorCode.NODE_UNREACHABLE,
                "No majority of the nodes that decide on changes can be reached; nothing has changed. Try later.");
    }

    /** Answers when the image of this node has what the controller's has. */
    private void whenShown(Reply reply, Attempt attempt) {
        Waiting answer = new Waiting(reply.version(), reply, new CompletableFuture<>());
        waiting.add(answer);
        answer.promise().thenAccept(shown -> attempt.to().complete(outcome(attempt, shown)));
        answer.promise().orTimeout(PROPOSAL_TIMEOUT_MS, TimeUnit.MILLISECONDS).whenComplete((shown, late) -> {
            waiting.remove(answer);
            if (late != null) attempt.to().completeExceptionally(unknown());
        });
        answerWaiting(image());
    }

    private Reply outcome(Attempt attempt, Reply reply) {
        ClusterImage now = image();
        boolean wasDone =
                reply instanceof Reply.Refused && attempt.repeated() && Repetition.isDone(attempt.command(), now);
        return wasDone ? new Reply.Applied(reply.version()) : reply;
    }

    private void shown(ClusterImage image, long entryBytes) {
        for (Consumer<ClusterImage> listener : listeners) listener.accept(image);
        answerWaiting(image);
        images.applied(entryBytes);
    }

    private void answerWaiting(ClusterImage image) {
        for (Waiting answer : waiting) {
            if (answer.version() <= image.version()) answer.promise().complete(answer.reply());
        }
    }

    private void fail(String reason) {
        if (closed || node.isClosed() || !failed.compareAndSet(false, true)) return;
        String sentence = "This node takes no more part in what the cluster agrees on: " + reason + ".";
        LOG.error(sentence);
        onFailure.accept(sentence);
        // A replica that cannot go on must not go on voting. It is called by Ratis here, and closed elsewhere.
        node.leaveLater(group);
    }

    /** Leaves the group for now; blocks. */
    @Override
    public void close() throws IOException {
        if (closed) return;
        closed = true;
        queue.close();
        node.closeGroup(group);
    }
}

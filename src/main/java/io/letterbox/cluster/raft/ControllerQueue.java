package io.letterbox.cluster.raft;

import io.letterbox.metadata.Command;
import io.letterbox.metadata.MetadataMachine;
import io.letterbox.metadata.Reply;
import io.letterbox.metadata.Transition;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * The proposals that the controller is to decide, one after the other: limits are asked for before a command is agreed
 * on, with an image in which every earlier one is applied.
 */
final class ControllerQueue {
    /** So many may wait. */
    private static final int MAX_WAITING = 1_000;

    private static final long COMMIT_TIMEOUT_MS = 5_000;

    private final RaftNode node;
    private final RaftGroupId group;
    private final MetadataStateMachine machine;
    private final MetadataMachine rules;
    private final Barrier barrier;
    private final AtomicLong calls = new AtomicLong();
    private final ThreadPoolExecutor thread;

    // The queue's own thread. Another one after a failure: Ratis may wait for what it refused under the same.
    private ClientId client = ClientId.randomId();

    ControllerQueue(RaftNode node, RaftGroupId group, MetadataStateMachine machine, MetadataMachine rules) {
        this.node = node;
        this.group = group;
        this.machine = machine;
        this.rules = rules;
        this.barrier = new Barrier(node, group, RaftMetadataLog::nobody);
        this.thread =
                new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), task -> {
                    Thread own = new Thread(task, "metadata-controller");
                    own.setDaemon(true);
                    return own;
                });
        thread.allowCoreThreadTimeOut(true);
    }

    boolean isController() {
        try {
            return node.division(group).getInfo().isLeaderReady();
        } catch (IOException gone) {
            return false;
        }
    }

    CompletableFuture<ProposalOutcome> propose(Command command, byte[] bytes) {
        CompletableFuture<ProposalOutcome> outcome = new CompletableFuture<>();
        try {
            thread.execute(() -> outcome.complete(decide(command, bytes)));
        } catch (RejectedExecutionException full) {
            outcome.complete(new ProposalOutcome.NotController(-1));
        }
        return outcome;
    }

    private ProposalOutcome decide(Command command, byte[] bytes) {
        if (!isController()) return new ProposalOutcome.NotController(-1);
        Transition step = rules.apply(machine.agreed().image(), command);
        if (step.reply() instanceof Reply.Refused refused) {
            // A controller that was cut off must not refuse what another one would do.
            return isConfirmed() ? new ProposalOutcome.Replied(refused) : new ProposalOutcome.NotController(-1);
        }
        return agree(bytes);
    }

    private ProposalOutcome agree(byte[] bytes) {
        Proposed message = new Proposed(UnsafeByteOperations.unsafeWrap(bytes), null);
        try {
            RaftClientReply reply = node.server()
                    .submitClientRequestAsync(request(message))
                    .get(COMMIT_TIMEOUT_MS, TimeUnit.MILLISECONDS);
            if (reply.isSuccess()) {
                return ProposalOutcome.decode(reply.getMessage().getContent().toByteArray());
            }
        } catch (IOException | ExecutionException | TimeoutException | RuntimeException failed) {
            // Whether it was appended tells what may have come of it.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        client = ClientId.randomId();
        return message.isAppended() ? new ProposalOutcome.Unknown() : new ProposalOutcome.NotController(-1);
    }

    private boolean isConfirmed() {
        try {
            barrier.passed().get(COMMIT_TIMEOUT_MS, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException nobody) {
            return false;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** See {@link RaftMetadataLog#barrier}. */
    CompletableFuture<Void> barrier() {
        return barrier.passed();
    }

    private RaftClientRequest request(Message message) {
        return RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(node.self())
                .setGroupId(group)
                .setCallId(calls.incrementAndGet())
                .setMessage(message)
                .setType(RaftClientRequest.writeRequestType())
                .build();
    }

    void close() {
        thread.shutdown();
    }
}

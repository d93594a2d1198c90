package io.letterbox.cluster.raft;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives the leadership of a group away. Safe from any thread: what asks Ratis is done by threads of the node. */
final class Handover {
    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);
    private static final long STEP_DOWN_TIMEOUT_MS = 3_000;
    private static final long RETRY_MS = 500;

    private final RaftNode node;
    private final RaftGroupId group;
    private final AtomicLong calls = new AtomicLong();

    Handover(RaftNode node, RaftGroupId group) {
        this.node = node;
        this.group = group;
    }

    /** Steps down if this node leads in a term, and does so until it has. */
    void stepDown(long term, String why) {
        LOG.info("Leadership of the Raft group {} in term {} is given up: {}", group.getUuid(), term, why);
        elsewhere(() -> tryStepDown(term));
    }

    private void tryStepDown(long term) {
        if (!leadsIn(term)) return;
        ask(null, STEP_DOWN_TIMEOUT_MS).whenComplete((reply, failure) -> later(() -> tryStepDown(term)));
    }

    private boolean leadsIn(long term) {
        try {
            DivisionInfo info = node.division(group).getInfo();
            return info.isLeader() && info.getCurrentTerm() == term;
        } catch (IOException gone) {
            return false;
        }
    }

    /** Makes another member the leader; tells whether it is. */
    CompletionStage<Boolean> transfer(RaftPeerId target, long timeoutMs) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        elsewhere(() -> entry()
                // In an idle group the leader would not know how far the other one is.
                .thenCompose(committed -> ask(target, timeoutMs))
                .whenComplete((reply, failure) -> {
                    boolean moved = failure == null && reply.isSuccess();
                    done.complete(moved);
                    if (!moved) elsewhere(this::recover);
                }));
        return done.completeOnTimeout(false, 2 * timeoutMs, TimeUnit.MILLISECONDS);
    }

    /** A transfer that failed may leave Ratis believing that it goes on: no entry is taken then, for ever. */
    private void recover() {
        entry().whenComplete((reply, failure) -> {
            boolean stuck = failure == null && reply.getLeaderSteppingDownException() != null;
            if (stuck) elsewhere(() -> ask(null, STEP_DOWN_TIMEOUT_MS));
        });
    }

    /** Commits an entry that holds nothing. */
    private CompletableFuture<RaftClientReply> entry() {
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(ClientId.randomId())
                .setServerId(node.self())
                .setGroupId(group)
                .setCallId(calls.incrementAndGet())
                .setMessage(new Proposed(ByteString.EMPTY, null))
                .setType(RaftClientRequest.writeRequestType())
                .build();
        try {
            return node.server().submitClientRequestAsync(request);
        } catch (IOException | RuntimeException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    /** @param target null for anybody */
    private CompletableFuture<RaftClientReply> ask(RaftPeerId target, long timeoutMs) {
        TransferLeadershipRequest request = new TransferLeadershipRequest(
                ClientId.randomId(), node.self(), group, calls.incrementAndGet(), target, timeoutMs);
        try {
            return node.server().transferLeadershipAsync(request);
        } catch (IOException | RuntimeException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    private void elsewhere(Runnable task) {
        try {
            node.executor().execute(task);
        } catch (RejectedExecutionException closing) {
            // Closing gives the leadership away, too.
        }
    }

    private void later(Runnable task) {
        CompletableFuture.delayedExecutor(RETRY_MS, TimeUnit.MILLISECONDS).execute(() -> elsewhere(task));
    }
}

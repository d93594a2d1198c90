package io.letterbox.cluster.raft;

import io.letterbox.error.ApiException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;

/**
 * Waits until this node has applied what a group had agreed on when it was asked: its leader says how far that is, and
 * proves that it leads. Asks again for a while where there is no leader. Safe from any thread.
 */
final class Barrier {
    private static final long TIMEOUT_MS = 2_000;
    private static final long RETRY_MS = 50;

    private final RaftNode node;
    private final RaftGroupId group;
    private final Supplier<ApiException> refusal;
    private final AtomicLong calls = new AtomicLong();

    /** @param refusal what it fails with when nobody could be asked in time */
    Barrier(RaftNode node, RaftGroupId group, Supplier<ApiException> refusal) {
        this.node = node;
        this.group = group;
        this.refusal = refusal;
    }

    CompletableFuture<Void> passed() {
        CompletableFuture<Void> passed = new CompletableFuture<>();
        askElsewhere(passed, System.nanoTime());
        return passed;
    }

    private void askElsewhere(CompletableFuture<Void> passed, long beganNs) {
        try {
            // Ratis may make whoever asks wait for what is written at the moment.
            node.executor().execute(() -> ask(passed, beganNs));
        } catch (RejectedExecutionException closing) {
            passed.completeExceptionally(refusal.get());
        }
    }

    private void ask(CompletableFuture<Void> passed, long beganNs) {
        long leftMs = TIMEOUT_MS - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
        if (leftMs <= 0) {
            passed.completeExceptionally(refusal.get());
            return;
        }
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(ClientId.randomId())
                .setServerId(node.self())
                .setGroupId(group)
                .setCallId(calls.incrementAndGet())
                .setMessage(Message.EMPTY)
                .setType(RaftClientRequest.readRequestType())
                .build();
        try {
            node.server()
                    .submitClientRequestAsync(request)
                    .orTimeout(leftMs, TimeUnit.MILLISECONDS)
                    .whenComplete((reply, failure) -> {
                        if (failure == null && reply.isSuccess()) passed.complete(null);
                        else askLater(passed, beganNs);
                    });
        } catch (IOException | RuntimeException notNow) {
            askLater(passed, beganNs);
        }
    }

    private void askLater(CompletableFuture<Void> passed, long beganNs) {
        CompletableFuture.delayedExecutor(RETRY_MS, TimeUnit.MILLISECONDS).execute(() -> askElsewhere(passed, beganNs));
    }
}

package io.letterbox.storage;

import io.letterbox.bus.Metadata;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Reply;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayDeque;
import java.util.function.Supplier;

/**
 * Gives producer ids out, each once in the whole cluster and for ever. The cluster agrees on blocks of them; what a node has
 * left of its block when it stops is lost.
 */
public final class ProducerIds implements Supplier<Future<Long>> {
    /** May never change: blocks of another size would overlap with those that were given out. */
    static final int BLOCK = 1000;

    private final VertxInternal vertx;
    private final Metadata metadata;
    private final Context context;

    // The context's own.
    private final ArrayDeque<Promise<Long>> waiting = new ArrayDeque<>();
    private long next;
    private long end;
    private boolean asking;

    public ProducerIds(Vertx vertx, Metadata metadata) {
        this.vertx = (VertxInternal) vertx;
        this.metadata = metadata;
        this.context = this.vertx.createEventLoopContext();
    }

    /** The next id, 0 or more. Any thread; completes on the caller's context. */
    @Override
    public Future<Long> get() {
        Promise<Long> promise = vertx.getOrCreateContext().promise();
        context.runOnContext(v -> {
            waiting.add(promise);
            serve();
        });
        return promise.future();
    }

    private void serve() {
        while (!waiting.isEmpty() && next < end) waiting.remove().complete(next++);
        if (waiting.isEmpty() || asking) return;
        asking = true;
        metadata.propose(new Command.TakeProducerIds()).onSuccess(this::onBlock).onFailure(this::onRefusal);
    }

    /** No other command leads to the same version, so no other block begins here. */
    private void onBlock(Reply reply) {
        asking = false;
        next = Math.multiplyExact(((Reply.Applied) reply).version(), (long) BLOCK);
        end = next + BLOCK;
        serve();
    }

    private void onRefusal(Throwable refusal) {
        asking = false;
        ArrayDeque<Promise<Long>> refused = new ArrayDeque<>(waiting);
        waiting.clear();
        refused.forEach(promise -> promise.fail(refusal));
    }
}

package io.letterbox.storage;

import io.letterbox.bus.Metadata;
import io.letterbox.bus.ProducerIdSource;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Reply;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayDeque;

/**
 * Allocates producer ids that are unique in the whole cluster, for ever. The cluster agrees on blocks of ids; the rest
 * of a block is lost when its node stops.
 */
public final class ProducerIds implements ProducerIdSource {
    /** May never change: blocks of another size would overlap with those allocated before. */
    static final int BLOCK = 1000;

    private final VertxInternal vertx;
    private final Metadata metadata;
    private final Context context;

    // Owned by the context.
    private final ArrayDeque<Promise<Long>> waiting = new ArrayDeque<>();
    private long nextId;
    private long end;
    private boolean asking;

    public ProducerIds(Vertx vertx, Metadata metadata) {
        this.vertx = (VertxInternal) vertx;
        this.metadata = metadata;
        this.context = this.vertx.createEventLoopContext();
    }

    @Override
    public Future<Long> next() {
        Promise<Long> promise = vertx.getOrCreateContext().promise();
        context.runOnContext(v -> {
            waiting.add(promise);
            serve();
        });
        return promise.future();
    }

    private void serve() {
        while (!waiting.isEmpty() && nextId < end) waiting.remove().complete(nextId++);
        if (waiting.isEmpty() || asking) return;
        asking = true;
        metadata.propose(new Command.AllocateProducerIds())
                .onSuccess(this::onBlock)
                .onFailure(this::onRefusal);
    }

    /**
     * Takes the block that begins at version × BLOCK: no other command leads to the same version, so blocks never
     * overlap.
     */
    private void onBlock(Reply reply) {
        asking = false;
        nextId = Math.multiplyExact(((Reply.Applied) reply).version(), (long) BLOCK);
        end = nextId + BLOCK;
        serve();
    }

    private void onRefusal(Throwable refusal) {
        asking = false;
        ArrayDeque<Promise<Long>> refused = new ArrayDeque<>(waiting);
        waiting.clear();
        refused.forEach(promise -> promise.fail(refusal));
    }
}

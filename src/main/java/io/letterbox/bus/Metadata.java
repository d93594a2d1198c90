package io.letterbox.bus;

import io.letterbox.audit.Actor;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Reply;
import io.vertx.core.Future;
import java.util.function.Consumer;

/** The cluster's metadata as the doors see it. Safe from any thread. */
public interface Metadata {
    /** The newest image that this node's shards have applied. */
    ClusterImage image();

    /** Proposes a change that the server itself makes, see {@link #propose(Command, Actor)}. */
    default Future<Reply> propose(Command command) {
        return propose(command, Actor.SERVER);
    }

    /**
     * Proposes a change. The future completes on the caller's context, when the change is durable <em>and</em> this
     * node's shards serve it, so an append that is sent after that finds its partition open. A refusal is a failed
     * future with an {@link io.letterbox.error.ApiException}.
     *
     * @param by the actor who asked for it, for the audit log
     */
    Future<Reply> propose(Command command, Actor by);

    /** Calls the listener on the caller's context after every change, in order; the listener must not block. */
    void onChange(Consumer<ClusterImage> listener);
}

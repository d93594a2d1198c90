package io.letterbox.bus;

import io.letterbox.audit.Actor;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.QuorumStatus;
import io.letterbox.metadata.Reply;
import io.vertx.core.Future;
import java.util.function.Consumer;

/** The cluster's metadata as the doors see it. Safe from any thread. */
public interface Metadata {
    /** The newest image that this node's shards have applied. */
    ClusterImage image();

    /**
     * Whether {@link #image()} may lack something that the cluster has agreed on already, because other nodes make
     * changes, too. Never so on a single node.
     */
    default boolean mayBeBehind() {
        return false;
    }

    /**
     * Waits until {@link #image()} has everything that the cluster had agreed on before this was called. To be asked
     * before a client is told that there is no such topic: another node may have made it a moment ago. Completes on
     * the caller's context; fails with an {@link io.letterbox.error.ApiException} that asks the client to come again if
     * nobody can say, after two seconds at the latest.
     */
    default Future<ClusterImage> newest() {
        return Future.succeededFuture(image());
    }

    /**
     * Who agrees on the metadata, as their leader says; null on a single node, which agrees with itself. Completes on
     * the caller's context; fails with an {@link io.letterbox.error.ApiException} if the leader cannot be asked.
     */
    default Future<QuorumStatus> quorum() {
        return Future.succeededFuture();
    }

    /** Proposes a change that the server itself makes, see {@link #propose(Command, Actor)}. */
    default Future<Reply> propose(Command command) {
        return propose(command, Actor.SERVER);
    }

    /**
     * Proposes a change. The future completes on the caller's context, when the change is durable <em>and</em> this
     * node's shards serve it, so an append that is sent after that finds its partition open. A refusal is a failed
     * future with an {@link io.letterbox.error.ApiException}. In a cluster, a change of topics has arrived at the
     * leaders of their partitions then as well, see {@link TopicUse}, unless that takes more than some seconds.
     *
     * @param by the actor who asked for it, for the audit log
     */
    Future<Reply> propose(Command command, Actor by);

    /**
     * Proposes a change as {@link #propose(Command, Actor)} does, for somebody who says how long to wait for the
     * partitions that it makes: after that the future fails with {@code OUTCOME_UNKNOWN}, and the change is made.
     *
     * @param timeoutMs in milliseconds, 0 or more
     */
    default Future<Reply> propose(Command command, Actor by, long timeoutMs) {
        return propose(command, by);
    }

    /** Calls the listener on the caller's context after every change, in order; the listener must not block. */
    void onChange(Consumer<ClusterImage> listener);
}

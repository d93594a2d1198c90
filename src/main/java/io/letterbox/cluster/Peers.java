package io.letterbox.cluster;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.Collection;

/**
 * The other nodes, and requests to them. Which of them are there is a hint, late at times; the answer to a request is
 * not. Any thread.
 */
public interface Peers {
    /** The most bytes of a body: the largest record batch that a replicated shard takes, and what is said about it. */
    int MAX_BODY_BYTES = (4 << 20) + (64 << 10);

    /** A body with more bytes goes only where large things may: a record batch of the default size is below it. */
    int LARGE_BODY_BYTES = (1 << 20) + (64 << 10);

    /** The most requests to one node that are not answered yet; more are refused at once. */
    int MAX_REQUESTS = 64;

    /** The most bytes of bodies in the requests to one node that are not answered yet; more are refused at once. */
    int MAX_REQUEST_BYTES = 8 << 20;

    /** The longest time that anybody may wait for an answer. */
    long MAX_TIMEOUT_MS = 30_000;

    /** This node. */
    Peer self();

    /** The other nodes of the cluster that have answered lately, in no order; never this one. */
    Collection<Peer> members();

    /** Another node that has answered lately; null where that has not, and for this one. */
    default Peer member(int node) {
        for (Peer peer : members()) {
            if (peer.node() == node) return peer;
        }
        return null;
    }

    /**
     * Asks another node. Nothing is repeated: whoever asks knows whether that would do harm.
     *
     * @param node its {@code node.id}, not this node's
     * @param body up to {@link #MAX_BODY_BYTES}; given away
     * @param timeoutMs how long to wait for the answer, in milliseconds from now, up to {@link #MAX_TIMEOUT_MS}
     * @return the answer's body, on the caller's context if it has one. Fails with a {@link PeerException} if no answer
     *     came: it says whether the request was sent at all; otherwise with the other node's refusal, an
     *     {@link io.letterbox.error.ApiException}
     */
    Future<Buffer> ask(int node, PeerRequestKind kind, Buffer body, long timeoutMs);

    /** Has requests of a kind answered from now on. One handler for each kind; the last one counts. */
    void answer(PeerRequestKind kind, PeerHandler handler);
}

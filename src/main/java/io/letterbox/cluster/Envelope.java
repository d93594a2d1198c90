package io.letterbox.cluster;

import io.letterbox.error.ApiException;
import io.vertx.core.buffer.Buffer;
import java.util.UUID;

/** What goes from node to node, whatever carries it. */
public sealed interface Envelope {
    /** Who has sent it. */
    NodeIdentity from();

    /**
     * @param kind a number of {@link PeerRequestKind}, or of a newer version
     * @param toDirectory whom it is meant for: a process that took over the port of another one must not answer
     * @param toIncarnation which start of it; 0 if any will do
     * @param timeoutMs how long the sender waits, 0 or more
     */
    record Request(NodeIdentity from, int kind, UUID toDirectory, long toIncarnation, int timeoutMs, Buffer body)
            implements Envelope {}

    /** The answer to a request. */
    record Answer(NodeIdentity from, Buffer body) implements Envelope {}

    /**
     * The refusal of a request.
     *
     * @param seen whether the request came as far as its handler; if not, nothing was done
     */
    record Refusal(NodeIdentity from, boolean seen, ApiException why) implements Envelope {}
}

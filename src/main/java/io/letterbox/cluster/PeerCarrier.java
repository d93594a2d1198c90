package io.letterbox.cluster;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.function.Function;

/** A way to other nodes. Any thread. */
public interface PeerCarrier {
    /** For sentences: what carries it. */
    String name();

    /** Whether large things may go this way, too. */
    boolean carriesBulk();

    /** Whether the other node has been heard this way lately. */
    boolean reaches(Peer peer);

    /**
     * Sends a request.
     *
     * @param envelope an encoded {@link Envelope.Request}; given away
     * @param timeoutMs how long whoever asks waits
     * @return the other side's envelope. Complete only when the carrier holds nothing of the request any more, which
     *     may be long after whoever asked has given up. Fails with a {@link PeerException}
     */
    Future<Buffer> send(Peer to, Buffer envelope, long timeoutMs);

    /** Has requests that arrive answered, from envelope to envelope; the function never fails. Called once. */
    void receive(Function<Buffer, Future<Buffer>> handler);
}

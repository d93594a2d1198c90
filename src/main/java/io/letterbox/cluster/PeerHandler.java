package io.letterbox.cluster;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/**
 * Answers requests of one kind. Called on an event loop, several times before the first answer; never blocks. The same
 * request may come twice, if an answer was lost and the other node has repeated it.
 */
@FunctionalInterface
public interface PeerHandler {
    /**
     * @return the answer's body; or a failure, which reaches the other node with its code, sentence and facts if it is
     *     an {@link io.letterbox.error.ApiException}, and as {@code INTERNAL} otherwise
     */
    Future<Buffer> answer(PeerRequest request);
}

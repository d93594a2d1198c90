package io.letterbox.cluster;

import io.vertx.core.buffer.Buffer;

/**
 * What another node asks.
 *
 * @param from who asks
 * @param remainingMs how long the other one waits, in milliseconds from now; who answers later answers nobody
 * @param body as it was given to {@link Peers#ask}; not to be changed
 */
public record PeerRequest(NodeIdentity from, long remainingMs, Buffer body) {}

package io.letterbox.kafka;

import io.letterbox.kafka.RequestDecoder.Decoded;

/** A request that has not been answered yet. Owned by the connection's event loop. */
final class PendingRequest {
    final Decoded request;

    /** What the request's bytes hold of the budget. */
    final int heldBytes;

    final long startNanos = System.nanoTime();

    /** The version that the response is written in: the request's, but for ApiVersions' own rule. */
    final short responseVersion;

    /** Null while the answer is not known. */
    KafkaResponse response;

    PendingRequest(Decoded request, short responseVersion, int heldBytes) {
        this.request = request;
        this.responseVersion = responseVersion;
        this.heldBytes = heldBytes;
    }
}

package io.letterbox.kafka;

import io.letterbox.kafka.RequestDecoder.Decoded;
import io.letterbox.kafka.api.KafkaResponse;

/** A request that has not been answered yet. Owned by the connection's event loop. */
final class PendingRequest {
    final Decoded request;

    /** The bytes that the request has acquired from the budget. */
    final int heldBytes;

    final long startNanos = System.nanoTime();

    /** The version that the response is written in: the request's, except for ApiVersions. */
    final short responseVersion;

    /** Null until the request is answered. */
    KafkaResponse response;

    PendingRequest(Decoded request, short responseVersion, int heldBytes) {
        this.request = request;
        this.responseVersion = responseVersion;
        this.heldBytes = heldBytes;
    }
}

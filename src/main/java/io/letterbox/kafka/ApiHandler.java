package io.letterbox.kafka;

import io.vertx.core.Future;

/** Answers one kind of request. Runs on the connection's event loop and never blocks. */
@FunctionalInterface
public interface ApiHandler {
    /**
     * Answers a request. The future completes on the connection's event loop; responses go out in the order of the
     * requests, whatever the order in which they are ready.
     *
     * @return the response; a failure is answered with the request's own error response, which carries the code of the
     *     {@link io.letterbox.error.ApiException} or of Kafka's {@code ApiException}, and {@code UNKNOWN_SERVER_ERROR} for
     *     everything else. So fail only with what concerns the whole request
     */
    Future<KafkaResponse> handle(KafkaRequest request);
}

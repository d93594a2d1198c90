package io.letterbox.kafka.api;

import io.vertx.core.Future;

/** The handler of one API's requests. Runs on the connection's event loop and never blocks. */
@FunctionalInterface
public interface ApiHandler {
    /**
     * Handles a request. The future completes on the connection's event loop; responses are sent in the order of the
     * requests, whatever the order in which they complete.
     *
     * @return the response. A failure is answered with the API's error response, with the code of the
     *     {@link io.letterbox.error.ApiException} or of Kafka's {@code ApiException}, and {@code UNKNOWN_SERVER_ERROR}
     *     for everything else, so only failures of the whole request belong here
     */
    Future<KafkaResponse> handle(KafkaRequest request);
}

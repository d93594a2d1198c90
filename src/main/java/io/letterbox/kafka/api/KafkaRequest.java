package io.letterbox.kafka.api;

import io.letterbox.access.Principal;
import io.letterbox.audit.Actor;
import io.vertx.core.Context;
import java.util.Objects;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * One request, decoded.
 *
 * @param api the API of the request
 * @param version the version of request and response, one that the table serves
 * @param clientId what the client calls itself in the header, or null
 * @param principal the client's principal
 * @param body the request, of the class that kafka-clients generates for it; its byte buffers are slices of the frame's
 *     array, which nobody else writes to
 * @param client the connection that it came through
 */
public record KafkaRequest(
        ApiKeys api, short version, String clientId, Principal principal, ApiMessage body, KafkaClient client) {
    public KafkaRequest {
        Objects.requireNonNull(principal, "a request without a principal");
    }

    /** The body, cast to its class. */
    public <T extends ApiMessage> T body(Class<T> type) {
        return type.cast(body);
    }

    /** The client, for the audit log. */
    public Actor actor() {
        return Actor.of("Kafka", client.host(), clientId, principal);
    }

    /** The context of the connection, on which handlers run and answers are expected. */
    public Context context() {
        return client.context();
    }
}

package io.letterbox.ingress.kafka;

import org.apache.kafka.common.protocol.ApiMessage;

/** What a request is answered with. */
public sealed interface KafkaResponse {
    /** The answer to a request that wants none, such as Produce with {@code acks=0}. */
    KafkaResponse NONE = new None();

    /** A body that is encoded into one buffer, in the request's version. */
    record Message(ApiMessage body) implements KafkaResponse {}

    /** No response at all; those of other requests keep their order. */
    record None() implements KafkaResponse {}

    /** A message as a response. */
    static KafkaResponse of(ApiMessage body) {
        return new Message(body);
    }
}

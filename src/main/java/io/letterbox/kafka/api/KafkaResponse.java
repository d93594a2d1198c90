package io.letterbox.kafka.api;

import org.apache.kafka.common.protocol.ApiMessage;

/** The response to a request. */
public sealed interface KafkaResponse {
    /** The response to a request that expects none, such as Produce with {@code acks=0}. */
    KafkaResponse NONE = new None();

    /** Closes the connection. */
    KafkaResponse DISCONNECT = new Disconnect();

    /** A body that is encoded into one buffer, in the request's version. */
    record Message(ApiMessage body) implements KafkaResponse {}

    /**
     * A body whose records are {@link StoredRecords}, encoded by {@link ResponseParts}.
     *
     * @param giveBack releases the file regions in it
     */
    record Bulk(ApiMessage body, Runnable giveBack) implements KafkaResponse {
        @Override
        public void discard() {
            giveBack.run();
        }
    }

    /** No response; the order of other responses is kept. */
    record None() implements KafkaResponse {}

    /** Closes the connection instead of a response, which is how a client with {@code acks=0} learns of an error. */
    record Disconnect() implements KafkaResponse {}

    /** To be called for a response that is not encoded, because the connection has been closed. */
    default void discard() {}

    /** A message as a response. */
    static KafkaResponse of(ApiMessage body) {
        return new Message(body);
    }
}

package io.letterbox.kafka;

import org.apache.kafka.common.protocol.ApiMessage;

/** What a request is answered with. */
public sealed interface KafkaResponse {
    /** The answer to a request that wants none, such as Produce with {@code acks=0}. */
    KafkaResponse NONE = new None();

    /** Ends the connection. */
    KafkaResponse DISCONNECT = new Disconnect();

    /** A body that is encoded into one buffer, in the request's version. */
    record Message(ApiMessage body) implements KafkaResponse {}

    /**
     * A body whose records are {@link StoredRecords}, encoded by {@link ResponseParts}.
     *
     * @param giveBack gives back the files in it
     */
    record Bulk(ApiMessage body, Runnable giveBack) implements KafkaResponse {
        @Override
        public void discard() {
            giveBack.run();
        }
    }

    /** No response at all; those of other requests keep their order. */
    record None() implements KafkaResponse {}

    /** Ends the connection instead of an answer, which is how a client with {@code acks=0} learns of an error. */
    record Disconnect() implements KafkaResponse {}

    /** Has to be called where a response is not encoded, because the connection has gone. */
    default void discard() {}

    /** A message as a response. */
    static KafkaResponse of(ApiMessage body) {
        return new Message(body);
    }
}

package io.letterbox.kafka;

/**
 * Where the connection of a Kafka client stands in its life, and what it may do there. Values without identity; each
 * method that returns a state is a transition, and none of them does anything.
 *
 * <pre>
 *              decodesElsewhere ┌──────────────┐
 *   ┌─────────┐ ──────────────► │   Decoding   │          drain leads from the upper row to the lower one,
 *   │ Serving │ ◄────────────── │ then Serving │          close from everywhere to Closing,
 *   └─────────┘     decoded     └──────────────┘          closed from everywhere to Closed
 *   ┌──────────┐    decoded     ┌───────────────┐
 *   │ Draining │ ◄───────────── │   Decoding    │        ┌─────────┐         ┌────────┐
 *   └──────────┘                │ then Draining │        │ Closing │ ──────► │ Closed │
 *                               └───────────────┘        └─────────┘         └────────┘
 * </pre>
 */
sealed interface ConnectionState {
    /** The state of a connection that has just been accepted. */
    ConnectionState SERVING = new Serving();

    /** Requests are read and begun. */
    record Serving() implements ConnectionState {}

    /** The server stops: nothing new begins, and what is under way is answered. */
    record Draining() implements ConnectionState {}

    /**
     * A frame of very many fields is decoded on a worker: nothing begins before it.
     *
     * @param then the state when that is done: {@link Serving} or {@link Draining}
     */
    record Decoding(ConnectionState then) implements ConnectionState {}

    /** The socket is being closed from this side: what the client still sends means nothing. */
    record Closing() implements ConnectionState {}

    /** The socket is closed: nobody reads an answer. */
    record Closed() implements ConnectionState {}

    /** Whether what the client sends is read. */
    default boolean reads() {
        return !(this instanceof Closing) && isOpen();
    }

    /** Whether a request may begin, as far as the connection's life is concerned. */
    default boolean begins() {
        return this instanceof Serving;
    }

    /** Whether the socket is open, so that somebody may read an answer. */
    default boolean isOpen() {
        return !(this instanceof Closed);
    }

    /** Whether the connection ends as soon as what matters is answered. */
    default boolean drains() {
        return this instanceof Draining
                || this instanceof Decoding decoding && decoding.then().drains();
    }

    /** The server stops. */
    default ConnectionState drain() {
        if (this instanceof Serving) return new Draining();
        return this instanceof Decoding ? new Decoding(new Draining()) : this;
    }

    /**
     * A frame that came is decoded elsewhere.
     *
     * @throws IllegalStateException where no request may begin
     */
    default ConnectionState decodesElsewhere() {
        if (!begins()) throw new IllegalStateException("nothing begins while " + this);
        return new Decoding(this);
    }

    /** The frame that was decoded elsewhere is decoded, or cannot be. */
    default ConnectionState decoded() {
        return this instanceof Decoding decoding ? decoding.then() : this;
    }

    /** This side ends the connection. */
    default ConnectionState close() {
        return reads() ? new Closing() : this;
    }

    /** The socket is closed, whoever did it. */
    default ConnectionState closed() {
        return new Closed();
    }
}

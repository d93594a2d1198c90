package io.letterbox.kafka;

/**
 * The life of a Kafka client's connection, and what it may do in each state. Values without identity; each method that
 * returns a state is a transition without side effects.
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

    /** The server stops: no new request begins, and those in flight are answered. */
    record Draining() implements ConnectionState {}

    /**
     * A frame of very many fields is being decoded on a worker: no other request begins before it.
     *
     * @param then the state when that is done: {@link Serving} or {@link Draining}
     */
    record Decoding(ConnectionState then) implements ConnectionState {}

    /** The server is closing the socket: whatever the client still sends is ignored. */
    record Closing() implements ConnectionState {}

    /** The socket is closed: responses are discarded. */
    record Closed() implements ConnectionState {}

    /** Whether the client's bytes are read. */
    default boolean reads() {
        return !(this instanceof Closing) && isOpen();
    }

    /** Whether this state allows a request to begin. */
    default boolean begins() {
        return this instanceof Serving;
    }

    /** Whether the socket is open, so that responses can be sent. */
    default boolean isOpen() {
        return !(this instanceof Closed);
    }

    /** Whether the connection is closed as soon as its requests are answered. */
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
     * A frame is handed to the worker for decoding.
     *
     * @throws IllegalStateException if no request may begin
     */
    default ConnectionState decodesElsewhere() {
        if (!begins()) throw new IllegalStateException("nothing begins while " + this);
        return new Decoding(this);
    }

    /** The worker has decoded the frame, or has failed to. */
    default ConnectionState decoded() {
        return this instanceof Decoding decoding ? decoding.then() : this;
    }

    /** The server closes the connection. */
    default ConnectionState close() {
        return reads() ? new Closing() : this;
    }

    /** The socket has been closed, by either side. */
    default ConnectionState closed() {
        return new Closed();
    }
}

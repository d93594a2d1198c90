package io.letterbox.kafka.api;

import io.vertx.core.Context;

/** The connection of a request, as handlers see it. Owned by its event loop. */
public interface KafkaClient {
    /** The client's IP address, without a port. */
    String host();

    /** The name of the client library according to ApiVersions (KIP-511), or {@code unknown}. */
    String softwareName();

    /** The version of the client library according to ApiVersions (KIP-511), or {@code unknown}. */
    String softwareVersion();

    /** The context of the connection. */
    Context context();

    /** False when the connection has been closed. */
    boolean isOpen();

    /**
     * Runs an action when the connection closes, or at once if it is closed; for requests that wait.
     *
     * @return cancels the action; to be called when the wait is over, because a connection would collect actions
     *     otherwise
     */
    Runnable onClose(Runnable action);
}

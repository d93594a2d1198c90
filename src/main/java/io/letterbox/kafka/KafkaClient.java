package io.letterbox.kafka;

import io.vertx.core.Context;

/** The connection that a request came through, as handlers see it. Owned by its event loop. */
public interface KafkaClient {
    /** The address that the client connects from, without a port, in digits. */
    String host();

    /** The library's name that the client told in ApiVersions (KIP-511), or {@code unknown}. */
    String softwareName();

    /** The library's version that the client told in ApiVersions (KIP-511), or {@code unknown}. */
    String softwareVersion();

    /** The context of the connection. */
    Context context();

    /** False as soon as nobody can read an answer any more. */
    boolean isOpen();

    /**
     * Runs an action when the connection closes, or at once where it has closed already; for what waits on behalf of it.
     *
     * @return takes the action back; must be called when the wait is over, or long-lived connections collect them
     */
    Runnable onClose(Runnable action);
}

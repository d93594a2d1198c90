package io.letterbox.telemetry;

import java.util.Locale;

/** Why an SSE connection ended; the values of the label {@code reason}. */
public enum DisconnectReason {
    /** The connection was closed by the client or the network. */
    CLIENT,
    /** It reached its maximum age; the client comes back with its cursor. */
    MAX_AGE,
    /** The server is shutting down. */
    SHUTDOWN,
    /** The client read nothing for longer than it may. */
    STALLED,
    /** A topic of the subscription was deleted. */
    TOPIC_DELETED,
    /** The records could not be read: a quarantined partition or a failed storage. */
    STORAGE,
    /** A client that acknowledges by itself for its group has not done so for longer than it may. */
    UNACKNOWLEDGED,
    /**
     * The coordinator of its group was silent for a session timeout: its partitions may belong to another member by
     * now.
     */
    COORDINATOR,
    /** An internal failure. */
    ERROR;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The label's value: the name in lower case. */
    public String label() {
        return label;
    }
}

package io.letterbox.telemetry;

import java.util.Locale;

/** The protocols by which records come in and go out; the values of the label {@code door}. */
public enum Door {
    /** Requests and responses: publishing, and reading pages of records. */
    HTTP,
    /** Server-Sent Events; only out. */
    SSE,
    /** The Kafka protocol. */
    KAFKA;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The label's value: the name in lower case. */
    public String label() {
        return label;
    }
}

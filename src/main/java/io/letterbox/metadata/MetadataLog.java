package io.letterbox.metadata;

import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** The agreed sequence of commands, and the image that results from it. Safe from any thread. */
public interface MetadataLog {
    /**
     * Proposes a change.
     *
     * @return completes when the command is durable and in {@link #image()}, or with {@link Reply.Refused}. Fails with
     *     an {@link io.letterbox.error.ApiException}: {@code STORAGE_FAILED} if the log cannot be written any more,
     *     another one if it cannot be written for now. Completed on a thread of the log's own.
     */
    CompletionStage<Reply> propose(Command command);

    /** The newest image. */
    ClusterImage image();

    /** Calls the listener with every later image, in order, on a thread of the log's own; it must not block. */
    void onChange(Consumer<ClusterImage> listener);
}

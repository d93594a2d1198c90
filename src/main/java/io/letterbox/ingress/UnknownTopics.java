package io.letterbox.ingress;

import io.letterbox.bus.Metadata;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;

/**
 * Asks the cluster before a client is told that there is no such topic, where another node may have made it a moment
 * ago. Stateless.
 */
public final class UnknownTopics {
    private UnknownTopics() {}

    /**
     * Makes an attempt, and a second one with what the cluster knows if the first was refused with
     * {@code UNKNOWN_TOPIC}. On a single node nothing but the attempt is made.
     *
     * @param request waits for the second attempt, and so has not been answered or read before it is refused
     * @param attempt throws its refusals
     * @param refuse answers with the failure of the second attempt, or with the one that the cluster does not answer
     * @throws ApiException of the first attempt, if there is no second one
     */
    public static void ask(Metadata metadata, HttpServerRequest request, Runnable attempt, Consumer<Throwable> refuse) {
        try {
            attempt.run();
        } catch (ApiException unknown) {
            if (unknown.code() != ErrorCode.UNKNOWN_TOPIC || !metadata.mayBeBehind()) throw unknown;
            request.pause();
            metadata.newest().onComplete(asked -> {
                try {
                    if (asked.succeeded()) attempt.run();
                    else refuse.accept(asked.cause());
                } catch (RuntimeException refusal) {
                    refuse.accept(refusal);
                }
                // Not before somebody takes what comes.
                request.resume();
            });
        }
    }
}

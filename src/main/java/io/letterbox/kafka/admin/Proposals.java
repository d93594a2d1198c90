package io.letterbox.kafka.admin;

import io.letterbox.audit.Actor;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.ingress.DoorServices;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Limits;
import io.letterbox.metadata.MetadataMachine;
import io.letterbox.metadata.Reply;
import io.letterbox.metadata.Transition;
import io.vertx.core.Future;
import org.apache.kafka.common.requests.ApiError;

/**
 * Proposes the metadata changes of requests. A request that only validates ({@code validateOnly}) is tried by the same
 * state machine on an image that is thrown away. Owned by one event loop.
 */
final class Proposals {
    private final DoorServices backend;
    private final MetadataMachine machine;

    Proposals(DoorServices backend) {
        this.backend = backend;
        LetterboxConfig config = backend.config();
        Limits limits = new Limits(
                config.limits().topics(),
                config.limits().partitionsPerTopic(),
                config.limits().partitions());
        this.machine = new MetadataMachine(limits, config.topics().defaults());
    }

    /** This node's configuration. */
    LetterboxConfig config() {
        return backend.config();
    }

    /** The server's defaults for topics. */
    ServerValues server() {
        return ServerValues.of(image(), backend.config());
    }

    /** The image that the shards serve now. */
    ClusterImage image() {
        return backend.metadata().image();
    }

    /** The image and the reply that a command would lead to. */
    Transition dryRun(Command command) {
        return machine.apply(image(), command);
    }

    /**
     * Proposes a command, or only validates it; never fails.
     *
     * @param by the client, for the audit log
     */
    Future<ApiError> propose(Command command, Actor by, boolean validateOnly) {
        return validateOnly ? rehearse(command) : answered(backend.metadata().propose(command, by));
    }

    /**
     * Proposes a change of topics; never fails.
     *
     * @param by the client, for the audit log
     * @param timeoutMs how long the client waits until partitions that are made can be used; answered with
     *     {@code REQUEST_TIMED_OUT} after that, as in Kafka
     */
    Future<ApiError> propose(Command command, Actor by, int timeoutMs) {
        return answered(backend.metadata().propose(command, by, Math.max(0, timeoutMs)));
    }

    /** Only validates a command; never fails. */
    Future<ApiError> rehearse(Command command) {
        Reply reply = dryRun(command).reply();
        if (!(reply instanceof Reply.Refused refused)) return Future.succeededFuture(ApiError.NONE);
        return Future.succeededFuture(
                AdminErrors.of(new io.letterbox.error.ApiException(refused.code(), refused.detail())));
    }

    private static Future<ApiError> answered(Future<Reply> proposed) {
        return proposed.map(applied -> ApiError.NONE).otherwise(AdminErrors::of);
    }
}

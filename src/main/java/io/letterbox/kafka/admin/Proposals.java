package io.letterbox.kafka.admin;

import io.letterbox.audit.Actor;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.kafka.KafkaBackend;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Limits;
import io.letterbox.metadata.MetadataMachine;
import io.letterbox.metadata.Reply;
import io.letterbox.metadata.Step;
import io.vertx.core.Future;
import org.apache.kafka.common.requests.ApiError;

/**
 * Changes of the metadata that a request asks for, or only asks about ({@code validateOnly}): then the same machine that
 * would carry them out tries them on an image that is thrown away. Owned by one event loop.
 */
final class Proposals {
    private final KafkaBackend backend;
    private final MetadataMachine machine;

    Proposals(KafkaBackend backend) {
        this.backend = backend;
        LetterboxConfig config = backend.config();
        Limits limits = new Limits(
                config.limits().topics(),
                config.limits().partitionsPerTopic(),
                config.limits().partitions());
        this.machine = new MetadataMachine(limits, config.topics().defaults());
    }

    /** How this node is configured. */
    LetterboxConfig config() {
        return backend.config();
    }

    /** What topics get that say nothing. */
    ServerValues server() {
        return ServerValues.of(image(), backend.config());
    }

    /** What the shards serve now. */
    ClusterImage image() {
        return backend.metadata().image();
    }

    /** What a command would do to the image: an image and a reply. */
    Step rehearse(Command command) {
        return machine.apply(image(), command);
    }

    /**
     * Carries a command out, or only says what would become of it; never fails.
     *
     * @param by who wants it, for the log
     */
    Future<ApiError> propose(Command command, Actor by, boolean validateOnly) {
        if (validateOnly) {
            Reply reply = rehearse(command).reply();
            if (!(reply instanceof Reply.Refused refused)) return Future.succeededFuture(ApiError.NONE);
            return Future.succeededFuture(
                    Refusals.of(new io.letterbox.error.ApiException(refused.code(), refused.detail())));
        }
        return backend.metadata()
                .propose(command, by)
                .map(applied -> ApiError.NONE)
                .otherwise(Refusals::of);
    }
}

package io.letterbox.ingress.kafka.fetch;

import io.letterbox.ingress.kafka.ApiPart;
import io.letterbox.ingress.kafka.ApiSupport;
import io.letterbox.ingress.kafka.KafkaBackend;
import io.vertx.core.Vertx;
import java.util.List;

/** The requests that read the log. */
public final class FetchApis implements ApiPart {
    private final List<ApiSupport> apis;

    /** Made on the event loop that it serves. */
    public FetchApis(KafkaBackend backend, Vertx vertx) {
        apis = List.of();
    }

    @Override
    public List<ApiSupport> apis() {
        return apis;
    }
}

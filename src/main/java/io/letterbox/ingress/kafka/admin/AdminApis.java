package io.letterbox.ingress.kafka.admin;

import io.letterbox.ingress.kafka.ApiPart;
import io.letterbox.ingress.kafka.ApiSupport;
import io.letterbox.ingress.kafka.KafkaBackend;
import io.vertx.core.Vertx;
import java.util.List;

/** The requests that create, describe and change topics and the cluster. */
public final class AdminApis implements ApiPart {
    private final List<ApiSupport> apis;

    /** Made on the event loop that it serves. */
    public AdminApis(KafkaBackend backend, Vertx vertx) {
        apis = List.of();
    }

    @Override
    public List<ApiSupport> apis() {
        return apis;
    }
}

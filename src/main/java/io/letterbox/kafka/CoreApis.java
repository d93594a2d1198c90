package io.letterbox.kafka;

import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.ApiPart;
import io.letterbox.kafka.api.ApiSupport;
import io.vertx.core.Vertx;
import java.util.List;

/** The APIs that every client begins with. */
final class CoreApis implements ApiPart {
    private final List<ApiSupport> apis;

    /** Created on the event loop that it serves. */
    CoreApis(ApiTable table, DoorServices backend, Vertx vertx) {
        apis = List.of(
                ApiVersionsApi.support(table),
                new MetadataApi(backend).support(),
                new FindCoordinatorApi(backend).support(),
                new ProduceApi(backend, vertx).support());
    }

    @Override
    public List<ApiSupport> apis() {
        return apis;
    }
}

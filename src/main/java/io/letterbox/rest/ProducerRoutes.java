package io.letterbox.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.http.Json;
import io.letterbox.http.Problem;
import io.letterbox.http.Query;
import io.letterbox.ingress.DoorServices;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/**
 * The route that gives out ids to publishers that number their records, see {@link ProducerHead}. Owned by one event
 * loop.
 */
final class ProducerRoutes {
    private final DoorServices backend;

    ProducerRoutes(DoorServices backend) {
        this.backend = backend;
    }

    void mount(Router router) {
        router.post("/producers").handler(this::create);
    }

    /**
     * Gives out an id that is never given out again. There is nothing to look it up by, so the response has no
     * Location.
     */
    private void create(RoutingContext context) {
        Query.of(context.request(), Set.of());
        backend.producerIds()
                .next()
                .onSuccess(id -> {
                    ObjectNode answer = Json.MAPPER.createObjectNode();
                    answer.put("producerId", id);
                    answer.put("producerEpoch", 0);
                    Json.send(context.response(), 201, answer);
                })
                .onFailure(failure -> Problem.send(context, failure));
    }
}

package io.letterbox.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.audit.Audit;
import io.letterbox.audit.Change;
import io.letterbox.config.HttpConfig;
import io.letterbox.http.HttpActor;
import io.letterbox.http.Json;
import io.letterbox.http.Query;
import io.letterbox.ingress.DoorServices;
import io.letterbox.time.ClockGuard;
import io.letterbox.time.GuardedClock;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Set;

/** The routes of the node's clock: what time it shows, and whether retention goes by it. Owned by one event loop. */
final class ClockRoutes {
    private final GuardedClock clock;
    private final HttpConfig http;

    ClockRoutes(DoorServices backend) {
        this.clock = backend.clock();
        this.http = backend.config().http();
    }

    void mount(Router router) {
        router.get("/clock").handler(this::show);
        router.post("/clock/confirm").handler(this::confirm);
    }

    private void show(RoutingContext context) {
        Query.of(context.request(), Set.of());
        clock.now();
        Json.send(context.response(), 200, document());
    }

    private void confirm(RoutingContext context) {
        Query.of(context.request(), Set.of());
        ClockGuard before = clock.guard();
        clock.confirm();
        if (!before.isConfirmed()) {
            Map<String, String> jump = Map.of("jump in ms", Long.toString(before.jumpMs()));
            Audit.record(new Change("wall clock", "", "confirmed", jump), HttpActor.of(context.request(), http));
        }
        Json.send(context.response(), 200, document());
    }

    private ObjectNode document() {
        ClockGuard guard = clock.guard();
        ObjectNode document = Json.MAPPER.createObjectNode();
        document.put("wallMs", clock.wallMs());
        document.put("confirmed", guard.isConfirmed());
        if (guard.isConfirmed()) return document;
        document.put("jumpMs", guard.jumpMs());
        document.put("confirmedInMs", guard.confirmedInMs(clock.elapsedMs()));
        return document;
    }
}

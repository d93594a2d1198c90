package io.letterbox;

import io.letterbox.config.HttpConfig;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.Hosts;
import io.letterbox.http.HttpPart;
import io.letterbox.http.HttpSockets;
import io.letterbox.http.HttpVerticle;
import io.letterbox.http.Problem;
import io.letterbox.telemetry.Health;
import io.letterbox.telemetry.Meters;
import io.letterbox.telemetry.TelemetryRoutes;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.util.List;

/**
 * The HTTP door of a node that waits for its cluster, which may take as long as the others are away: whoever monitors
 * it gets health and metrics, and whoever wants something else hears what is waited for. Used by the thread that starts
 * the server.
 */
final class StartDoor implements AutoCloseable {
    private final Vertx vertx;
    private final Future<String> deployed;

    private StartDoor(Vertx vertx, Future<String> deployed) {
        this.vertx = vertx;
        this.deployed = deployed;
    }

    /** Opens it; see {@link #deployed} for whether it is. */
    static StartDoor open(Vertx vertx, HttpConfig config, Meters meters, Health health) {
        List<HttpPart> parts =
                List.of(new TelemetryRoutes(meters, health, Future::succeededFuture), new NotYet(health));
        // Sockets of its own: it does not shut the entrance, which the doors after it use.
        HttpVerticle door = new HttpVerticle(
                config, new HttpSockets(), Hosts.of(config), parts, (route, status, nanos) -> meters.route(route)
                        .record(nanos, status));
        return new StartDoor(vertx, vertx.deployVerticle(door));
    }

    /** Complete when it listens; fails as the doors after it would. */
    Future<String> deployed() {
        return deployed;
    }

    /** When the doors after it listen at the same port, so that nobody meets a closed one meanwhile. */
    @Override
    public void close() {
        if (deployed.succeeded()) vertx.undeploy(deployed.result()).await();
    }

    /** Refuses what the other routes do not serve. */
    private record NotYet(Health health) implements HttpPart {
        @Override
        public void mount(Router router, Vertx vertx) {
            router.route().handler(context -> {
                String reason = health.condition().reason();
                String detail = reason == null ? "The server starts." : "The server starts. " + reason;
                Problem.of(ErrorCode.STARTING, detail).send(context.response());
            });
        }
    }
}

package io.letterbox.rest;

import io.letterbox.bus.ClusterInspection;
import io.letterbox.bus.Metadata;
import io.letterbox.http.Json;
import io.letterbox.http.Problem;
import io.letterbox.http.Query;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;

/** The routes that describe the cluster and the HTTP interface (OpenAPI 3.1). Owned by one event loop. */
final class ClusterRoutes {
    private final Metadata metadata;
    private final ClusterInspection cluster;
    private final Buffer openApi = resource("openapi.json");

    ClusterRoutes(Metadata metadata, ClusterInspection cluster) {
        this.metadata = metadata;
        this.cluster = cluster;
    }

    void mount(Router router) {
        router.get("/cluster").handler(this::cluster);
        router.get("/openapi.json").handler(context -> context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, Json.CONTENT_TYPE)
                .end(openApi));
    }

    private void cluster(RoutingContext context) {
        Query.of(context.request(), Set.of());
        cluster.status()
                .map(status -> ClusterDocument.of(metadata.image(), status))
                .onSuccess(document -> Json.send(context.response(), 200, document))
                .onFailure(failure -> Problem.send(context, failure));
    }

    /** Reads a file of the JAR. Called at the start, when blocking for a moment is allowed. */
    private static Buffer resource(String name) {
        try (InputStream in = ClusterRoutes.class.getResourceAsStream(name)) {
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

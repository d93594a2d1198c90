package io.letterbox.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.http.Json;
import io.letterbox.http.Query;
import io.letterbox.ingress.DoorServices;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.NodeImage;
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
    private final DoorServices backend;
    private final Buffer openApi = resource("openapi.json");

    ClusterRoutes(DoorServices backend) {
        this.backend = backend;
    }

    void mount(Router router) {
        router.get("/cluster").handler(this::cluster);
        router.get("/openapi.json").handler(context -> context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, Json.CONTENT_TYPE)
                .end(openApi));
    }

    private void cluster(RoutingContext context) {
        Query.of(context.request(), Set.of());
        ClusterImage image = backend.metadata().image();
        ObjectNode answer = Json.MAPPER.createObjectNode();
        answer.put("clusterId", image.clusterId());
        answer.put("version", image.version());
        answer.put("topics", image.topics().size());
        answer.put(
                "partitions",
                image.topics().values().stream()
                        .mapToInt(topic -> topic.partitions().size())
                        .sum());
        ArrayNode nodes = answer.putArray("nodes");
        for (NodeImage node : image.nodes().values()) {
            ObjectNode entry = nodes.addObject()
                    .put("id", node.id())
                    .put("httpHost", node.http().host())
                    .put("httpPort", node.http().port())
                    .put("fenced", node.fenced());
            if (!node.kafka().exists()) continue;
            entry.put("kafkaHost", node.kafka().host());
            entry.put("kafkaPort", node.kafka().port());
        }
        Json.send(context.response(), 200, answer);
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

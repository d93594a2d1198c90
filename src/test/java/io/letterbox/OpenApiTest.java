package io.letterbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.bus.FakeStorage;
import io.letterbox.http.HttpPart;
import io.letterbox.http.Json;
import io.letterbox.http.RouteTable;
import io.letterbox.rest.HttpIngress;
import io.letterbox.telemetry.Health;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The OpenAPI description matches the mounted routes. */
class OpenApiTest {
    private static final List<String> METHODS = List.of("get", "put", "post", "patch", "delete");

    private static JsonNode document() throws IOException {
        try (InputStream in = HttpIngress.class.getResourceAsStream("openapi.json")) {
            return Json.parse(in.readAllBytes());
        }
    }

    private static SortedSet<String> mounted(Vertx vertx) {
        List<HttpPart> parts = HttpParts.of(new FakeStorage(vertx), new Health());
        Router router = Router.router(vertx);
        parts.forEach(part -> part.mount(router, vertx));
        SortedSet<String> routes = new RouteTable(router).all();
        // The routes of the console's own page are no public interface.
        routes.removeIf(route ->
                route.startsWith("GET /console/") || route.startsWith("GET /webjars/") || route.startsWith("GET /try"));
        return routes;
    }

    @Test
    void everyRouteIsDescribedAndEveryDescriptionIsServed() throws IOException {
        SortedSet<String> described = new TreeSet<>();
        document().path("paths").properties().forEach(path -> METHODS.stream()
                .filter(path.getValue()::has)
                .forEach(method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        Vertx vertx = Vertx.vertx();
        try {
            assertThat(described).isEqualTo(mounted(vertx));
        } finally {
            vertx.close().await();
        }
    }

    @Test
    void everyReferenceLeadsSomewhere() throws IOException {
        JsonNode document = document();
        List<String> references = document.findValuesAsText("$ref");
        assertThat(references).isNotEmpty();
        for (String reference : references) {
            assertThat(document.at(reference.substring(1)).isMissingNode())
                    .as(reference)
                    .isFalse();
        }
        List<String> ids = document.findValuesAsText("operationId");
        assertThat(ids).doesNotHaveDuplicates();
    }
}

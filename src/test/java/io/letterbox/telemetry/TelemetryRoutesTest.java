package io.letterbox.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TelemetryRoutesTest {
    private final Specimen specimen = new Specimen();
    private final Health health = new Health();
    private final HttpClient client = HttpClient.newHttpClient();
    private Vertx vertx;
    private HttpServer server;

    @BeforeEach
    void serve() throws Exception {
        vertx = ProcessMetrics.meter(Vertx.builder(), new VertxOptions().setEventLoopPoolSize(1), specimen.registry)
                .build();
        Router router = Router.router(vertx);
        new TelemetryRoutes(specimen.meters, health, Future::succeededFuture).mount(router, vertx);
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .await(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(30, TimeUnit.SECONDS);
        specimen.close();
    }

    private HttpResponse<String> get(String path, String accept) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + server.actualPort() + path);
        HttpRequest request =
                HttpRequest.newBuilder(uri).header("Accept", accept).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void metricsAreTextUnlessOpenMetricsIsPreferred() throws Exception {
        HttpResponse<String> text = get("/metrics", "*/*");
        assertThat(text.headers().firstValue("content-type")).contains(TelemetryRoutes.TEXT);
        assertThat(text.body())
                .contains("# TYPE letterbox_records_in_total counter")
                .doesNotContain("# EOF");
        HttpResponse<String> open =
                get("/metrics", "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3");
        assertThat(open.headers().firstValue("content-type")).contains(TelemetryRoutes.OPEN_METRICS);
        assertThat(open.body()).contains("# TYPE letterbox_records_in counter").endsWith("# EOF\n");
        HttpResponse<String> preferred = get("/metrics", "application/openmetrics-text;q=0.1,text/plain;q=0.9");
        assertThat(preferred.headers().firstValue("content-type")).contains(TelemetryRoutes.TEXT);
    }

    @Test
    void metricsCoverTheJvmAndVertx() throws Exception {
        assertThat(get("/metrics", "*/*").body())
                .contains("# TYPE jvm_memory_used_bytes gauge")
                .contains("# TYPE process_files_open_files gauge")
                .contains("# TYPE vertx_pool_queue_pending gauge")
                .doesNotContain("vertx_http_server", "vertx_eventbus");
    }

    @Test
    void livesUntilItHasFailedAndIsReadyOnlyWhenItServes() throws Exception {
        assertThat(get("/health/live", "*/*").statusCode()).isEqualTo(200);
        HttpResponse<String> starting = get("/health/ready", "*/*");
        assertThat(starting.statusCode()).isEqualTo(503);
        assertThat(starting.body()).isEqualTo("{\"status\":\"starting\",\"warnings\":[]}");
        health.ready();
        health.bindDisk(() -> true);
        HttpResponse<String> ready = get("/health/ready", "*/*");
        assertThat(ready.statusCode())
                .as("a full disk is no reason to take the reads away")
                .isEqualTo(200);
        assertThat(ready.body()).contains("\"status\":\"ready\"").contains("disk-below-reserve");
        assertThat(ready.headers().firstValue("cache-control")).contains("no-store");
        health.draining();
        assertThat(get("/health/ready", "*/*").statusCode()).isEqualTo(503);
        assertThat(get("/health/live", "*/*").statusCode()).isEqualTo(200);
        health.failed("An fsync failed.");
        assertThat(get("/health/ready", "*/*").body()).contains("\"reason\":\"An fsync failed.\"");
        assertThat(get("/health/live", "*/*").statusCode()).isEqualTo(503);
    }

    @Test
    void saysWhetherANodeMayBeStopped() throws Exception {
        HttpResponse<String> alone = get("/health/safe-to-stop", "*/*");
        assertThat(alone.statusCode()).isEqualTo(503);
        assertThat(alone.body()).contains("\"safe\":false", "stands alone");
        health.bindCluster(new FakeInspection(List.of(), List.of()));
        HttpResponse<String> safe = get("/health/safe-to-stop", "*/*");
        assertThat(safe.statusCode()).isEqualTo(200);
        assertThat(safe.body()).isEqualTo("{\"safe\":true,\"reasons\":[]}");
        assertThat(safe.headers().firstValue("cache-control")).contains("no-store");
        health.bindCluster(new FakeInspection(List.of(), List.of("Without node 1, too few are left.")));
        HttpResponse<String> needed = get("/health/safe-to-stop", "*/*");
        assertThat(needed.statusCode()).isEqualTo(503);
        assertThat(needed.body()).isEqualTo("{\"safe\":false,\"reasons\":[\"Without node 1, too few are left.\"]}");
    }
}

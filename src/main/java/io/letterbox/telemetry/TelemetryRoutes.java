package io.letterbox.telemetry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.http.HttpPart;
import io.letterbox.http.Json;
import io.letterbox.http.Problem;
import io.letterbox.telemetry.Health.Condition;
import io.letterbox.telemetry.Health.State;
import io.letterbox.telemetry.Health.Warning;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.MIMEHeader;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The routes for monitoring: {@code GET /metrics}, {@code GET /health/live}, {@code GET /health/ready} and
 * {@code GET /health/safe-to-stop}.
 *
 * <p>{@code live} fails only when a restart is the cure; {@code ready} fails as soon as traffic should go elsewhere.
 * Both answer one document, with 200 or 503:
 *
 * <pre>
 * {"status":"ready",                       starting | ready | blocked | draining | failed
 *  "reason":"…",                           only where there is more to say
 *  "warnings":[{"code":"disk-below-reserve","detail":"…"}]}
 * </pre>
 *
 * <p>{@code safe-to-stop} asks the cluster: 200 if every shard keeps what it needs without this node, else 503 with the
 * reasons:
 *
 * <pre>
 * {"safe":false,"reasons":["Without node 1, …"]}
 * </pre>
 *
 * <p>One instance per event loop. A scrape is rendered on a worker thread, because with thousands of partitions it
 * takes longer than an event loop may be away.
 */
public final class TelemetryRoutes implements HttpPart {
    /** The content type of the text format, version 0.0.4. */
    static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    /** The content type of OpenMetrics 1.0. */
    static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private static final int INITIAL_SCRAPE_BYTES = 1 << 16;

    private final PrometheusMeterRegistry registry;
    private final Health health;
    private final Supplier<Future<Void>> survey;
    private Vertx vertx;

    /**
     * Serves the process's meters and its health.
     *
     * @param survey updates what is measured on demand only; called on the event loop before a scrape, which waits for
     *     it
     */
    public TelemetryRoutes(Meters meters, Health health, Supplier<Future<Void>> survey) {
        this.registry = meters.registry();
        this.health = health;
        this.survey = survey;
    }

    @Override
    public void mount(Router router, Vertx owner) {
        vertx = owner;
        router.get("/metrics").handler(this::metrics);
        router.get("/health/live").handler(context -> answer(context, health.isAlive()));
        router.get("/health/ready")
                .handler(context -> answer(context, health.condition().state() == State.READY));
        router.get("/health/safe-to-stop").handler(this::safeToStop);
    }

    private void metrics(RoutingContext context) {
        String contentType = contentType(context.parsedHeaders().accept());
        // Ordered: whatever the number of concurrent scrapes, one event loop keeps at most one worker thread busy.
        survey.get()
                .compose(done -> vertx.executeBlocking(() -> scrape(contentType)))
                .onSuccess(page -> context.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                        .end(page))
                .onFailure(failure -> Problem.send(context, failure));
    }

    /** The first supported format in the client's order of preference; the text format if it names none. */
    private static String contentType(List<MIMEHeader> accepted) {
        for (MIMEHeader type : accepted) {
            String name = (type.component() + "/" + type.subComponent()).toLowerCase(Locale.ROOT);
            if (name.equals("application/openmetrics-text")) return OPEN_METRICS;
            if (name.equals("text/plain")) return TEXT;
        }
        return TEXT;
    }

    private Buffer scrape(String contentType) throws IOException {
        ByteArrayOutputStream page = new ByteArrayOutputStream(INITIAL_SCRAPE_BYTES);
        registry.scrape(page, contentType);
        return Buffer.buffer(page.toByteArray());
    }

    private void safeToStop(RoutingContext context) {
        health.reasonsNotToStop()
                .onSuccess(reasons -> answer(context, reasons.isEmpty(), safeToStop(reasons)))
                .onFailure(failure -> Problem.send(context, failure));
    }

    private static ObjectNode safeToStop(List<String> reasons) {
        ObjectNode document = Json.MAPPER.createObjectNode();
        document.put("safe", reasons.isEmpty());
        ArrayNode why = document.putArray("reasons");
        for (String reason : reasons) why.add(reason);
        return document;
    }

    private void answer(RoutingContext context, boolean good) {
        answer(context, good, document(health));
    }

    private static void answer(RoutingContext context, boolean good, ObjectNode document) {
        context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (!good) context.response().putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(Problem.RETRY_AFTER_SECONDS));
        Json.send(context.response(), good ? 200 : 503, document);
    }

    /** The health document, which the console shows, too. */
    public static ObjectNode document(Health health) {
        Condition condition = health.condition();
        ObjectNode document = Json.MAPPER.createObjectNode();
        document.put("status", condition.state().name().toLowerCase(Locale.ROOT));
        if (condition.reason() != null) document.put("reason", condition.reason());
        ArrayNode warnings = document.putArray("warnings");
        for (Warning warning : health.warnings()) {
            warnings.addObject().put("code", warning.code()).put("detail", warning.detail());
        }
        return document;
    }
}

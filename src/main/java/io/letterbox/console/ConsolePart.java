package io.letterbox.console;

import io.letterbox.bus.LogReader;
import io.letterbox.bus.Metadata;
import io.letterbox.console.Assets.Asset;
import io.letterbox.http.HttpPart;
import io.letterbox.http.Json;
import io.letterbox.telemetry.Health;
import io.letterbox.telemetry.Meters;
import io.letterbox.time.Clock;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * Serves the console: its files and {@code GET /console/api/overview} and {@code GET /console/api/connections}. One instance per event loop.
 *
 * <p>The page may load nothing but its own files, run nothing that is not in a file, and be framed by nobody; and, where
 * the browser knows trusted types, no script can turn text into HTML. So a record's value stays text whatever is in it.
 */
public final class ConsolePart implements HttpPart {
    /** Content Security Policy Level 3, and Trusted Types. */
    static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            + "require-trusted-types-for 'script'; trusted-types 'none'";

    private static final String FOR_EVER = "public, max-age=31536000, immutable";
    private static final String REVALIDATE = "no-cache";

    private final Assets assets;
    private final Overview overview;
    private final ConnectionList connections;

    /**
     * @param assets shared by all instances
     * @param version what the page shows as the server's version
     */
    public ConsolePart(Assets assets, Metadata metadata, LogReader logs, Health health, Meters meters, String version) {
        this.assets = assets;
        this.overview = new Overview(metadata, logs, health, version);
        this.connections = new ConnectionList(meters.connections());
    }

    @Override
    public void mount(Router router, Vertx vertx) {
        // Not one route per file, because routes are labels of metrics.
        for (String path :
                new String[] {"/", "/console/:file", "/try", "/try/:file", "/webjars/:name/:version/dist/:file"}) {
            router.get(path).handler(this::serve);
        }
        router.get("/console/api/overview").handler(context -> context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, Json.CONTENT_TYPE)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(overview.document(Clock.system().elapsedMs())));
        router.get("/console/api/connections").handler(context -> context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, Json.CONTENT_TYPE)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(connections.document(System.nanoTime())));
    }

    private void serve(RoutingContext context) {
        Asset asset = assets.byPath().get(context.request().path());
        if (asset == null) {
            context.next();
            return;
        }
        HttpServerResponse response = context.response();
        response.putHeader(HttpHeaders.ETAG, asset.etag());
        response.putHeader(HttpHeaders.CACHE_CONTROL, asset.immutable() ? FOR_EVER : REVALIDATE);
        response.putHeader("Content-Security-Policy", POLICY);
        response.putHeader("X-Content-Type-Options", "nosniff");
        response.putHeader("Referrer-Policy", "no-referrer");
        if (asset.etag().equals(context.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, asset.contentType()).end(asset.content());
    }
}

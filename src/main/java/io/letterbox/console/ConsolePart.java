package io.letterbox.console;

import io.letterbox.bus.LogReader;
import io.letterbox.bus.Metadata;
import io.letterbox.http.BundledFiles;
import io.letterbox.http.BundledFiles.BundledFile;
import io.letterbox.http.HttpPart;
import io.letterbox.http.Json;
import io.letterbox.telemetry.Health;
import io.letterbox.telemetry.Meters;
import io.letterbox.time.Clock;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/**
 * Serves the console: its files, {@code GET /console/api/overview} and {@code GET /console/api/connections}. One
 * instance per event loop.
 *
 * <p>The page may load only its own files, run only scripts from files, and not be framed; in browsers that support
 * trusted types, no script can turn text into HTML. So a record's value stays text whatever it contains.
 */
public final class ConsolePart implements HttpPart {
    /** Content Security Policy Level 3, and Trusted Types. */
    static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            + "require-trusted-types-for 'script'; trusted-types 'none'";

    /** The files of the console, in {@code io/letterbox/console}. */
    static final List<String> FILES = List.of(
            "api.js",
            "apidoc.js",
            "app.js",
            "browse.js",
            "chart.js",
            "cluster.js",
            "connections.js",
            "console.css",
            "consumers.js",
            "dialogs.js",
            "dom.js",
            "format.js",
            "group.js",
            "groups.js",
            "icon.svg",
            "index.html",
            "json.js",
            "overview.js",
            "partitions.js",
            "publish.js",
            "records.js",
            "rows.js",
            "settings.js",
            "tail.js",
            "topic.js",
            "topics.js",
            "units.js");

    /** The files of the page at {@code /try}, in {@code io/letterbox/tryout}. */
    static final List<String> TRY_FILES = List.of("index.html", "snippets.js", "try.css", "try.js");

    /** The files of WebJars, below {@code META-INF/resources}; the version in the path makes them immutable. */
    static final List<String> WEB_JARS =
            List.of("/webjars/uplot/1.6.30/dist/uPlot.esm.js", "/webjars/uplot/1.6.30/dist/uPlot.min.css");

    private final BundledFiles files;
    private final Overview overview;
    private final ConnectionList connections;

    /**
     * @param files {@link #files}, shared by all instances
     * @param version what the page shows as the server's version
     */
    public ConsolePart(
            BundledFiles files, Metadata metadata, LogReader logs, Health health, Meters meters, String version) {
        this.files = files;
        this.overview = new Overview(metadata, logs, health, version);
        this.connections = new ConnectionList(meters.connections());
    }

    /** Reads all files from the class path, a few hundred kilobytes. */
    public static BundledFiles files() {
        BundledFiles files = new BundledFiles();
        for (String file : FILES) {
            files.add(file.equals("index.html") ? "/" : "/console/" + file, "/io/letterbox/console/" + file);
        }
        for (String file : TRY_FILES) {
            files.add(file.equals("index.html") ? "/try" : "/try/" + file, "/io/letterbox/tryout/" + file);
        }
        for (String path : WEB_JARS) files.addImmutable(path, "/META-INF/resources" + path);
        return files;
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
        BundledFile file = files.byPath().get(context.request().path());
        if (file == null) {
            context.next();
            return;
        }
        context.response().putHeader("Content-Security-Policy", POLICY).putHeader("Referrer-Policy", "no-referrer");
        file.send(context);
    }
}

package io.letterbox.files;

import io.letterbox.error.ErrorCode;
import io.letterbox.files.StaticRoot.LookUp;
import io.letterbox.http.HttpPart;
import io.letterbox.http.Problem;
import io.letterbox.text.FileTrouble;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.MimeMapping;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Serves the files of a directory below {@code /static/}, if there are no other routes. A directory is served as its
 * {@code index.html}; directories are not listed. Browsers revalidate their copies at each use, so that a changed file
 * is seen at once. One instance per event loop.
 */
public final class StaticFiles implements HttpPart {
    /** The path below which the files are served. */
    public static final String PREFIX = "/static/";

    /** Files longer than a chunk that are sent at the same time: each of them keeps a file descriptor open. */
    static final int MAX_TRANSFERS = 128;

    private static final CharSequence RANGE = HttpHeaders.createOptimized("range");
    private static final CharSequence IF_RANGE = HttpHeaders.createOptimized("if-range");

    /** Types that are missing in Vert.x' table. */
    private static final Map<String, String> MORE_TYPES = Map.of(
            "avif", "image/avif",
            "map", "application/json",
            "md", "text/markdown",
            "webmanifest", "application/manifest+json",
            "woff", "font/woff");

    private static final String WORKERS = "letterbox-files";
    private static final int WORKER_THREADS = 2;

    private final StaticRoot root;
    private final AtomicInteger transfers;
    private WorkerExecutor workers;

    /** @param transfers the files that all instances are sending; one counter for all of them */
    public StaticFiles(StaticRoot root, AtomicInteger transfers) {
        this.root = root;
        this.transfers = transfers;
    }

    @Override
    public void mount(Router router, Vertx vertx) {
        // Threads of their own, so that a file system that hangs blocks nothing but these files.
        workers = vertx.createSharedWorkerExecutor(WORKERS, WORKER_THREADS);
        router.get(PREFIX + "*").handler(this::serve);
    }

    private void serve(RoutingContext context) {
        String path = context.normalizedPath();
        if (path.length() < PREFIX.length()) {
            redirect(context, path);
            return;
        }
        FilePath wanted = FilePath.of(path.substring(PREFIX.length()));
        if (wanted == null) {
            missing(context, "Hidden files and names with separators are not served.");
            return;
        }
        workers.executeBlocking(() -> root.lookUp(wanted), false)
                .onSuccess(found -> answer(context, path, found))
                .onFailure(failure -> Problem.of(
                                ErrorCode.STORAGE_UNAVAILABLE,
                                "The file cannot be read: " + FileTrouble.reason(failure) + ".")
                        .send(context.response()));
    }

    private void answer(RoutingContext context, String path, LookUp found) {
        if (found instanceof LookUp.Nothing nothing) missing(context, nothing.why());
        else if (found instanceof LookUp.Directory) redirect(context, path);
        else send(context, (LookUp.OpenFile) found);
    }

    private static void missing(RoutingContext context, String why) {
        Problem.of(ErrorCode.NO_SUCH_ROUTE, why).send(context.response());
    }

    /** Redirects to the same name with a slash, relatively, because a proxy may have a prefix that is unknown here. */
    private static void redirect(RoutingContext context, String path) {
        String query = context.request().query();
        String name = path.substring(path.lastIndexOf('/') + 1);
        context.response()
                .setStatusCode(302)
                .putHeader(HttpHeaders.LOCATION, "./" + name + "/" + (query == null ? "" : "?" + query))
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .end();
    }

    private void send(RoutingContext context, LookUp.OpenFile file) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        String etag = '"' + Long.toHexString(file.sizeBytes()) + '-' + Long.toHexString(file.modifiedMs()) + '"';
        FileAnswer answer = response.closed()
                ? new FileAnswer.NotModified()
                : FileAnswer.of(conditions(request), etag, file.modifiedMs(), file.sizeBytes());
        response.putHeader(HttpHeaders.ETAG, etag)
                .putHeader(
                        HttpHeaders.LAST_MODIFIED, FileAnswer.HTTP_DATE.format(Instant.ofEpochMilli(file.modifiedMs())))
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader("x-content-type-options", "nosniff");
        if (answer instanceof FileAnswer.Bytes bytes) {
            send(request, file, bytes);
            return;
        }
        FileTransfer.close(workers, file.channel());
        if (answer instanceof FileAnswer.NotModified) {
            if (!response.closed()) response.setStatusCode(304).end();
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + file.sizeBytes());
        Problem.of(ErrorCode.RANGE_NOT_SATISFIABLE, "The file has " + file.sizeBytes() + " bytes.")
                .send(response);
    }

    private void send(HttpServerRequest request, LookUp.OpenFile file, FileAnswer.Bytes bytes) {
        HttpServerResponse response = request.response();
        long length = bytes.to() - bytes.from();
        boolean withBody = request.method() != HttpMethod.HEAD && length > 0;
        boolean isLong = withBody && length > FileTransfer.CHUNK_BYTES;
        if (isLong && transfers.incrementAndGet() > MAX_TRANSFERS) {
            transfers.decrementAndGet();
            FileTransfer.close(workers, file.channel());
            Problem.of(ErrorCode.TOO_MANY_REQUESTS, "As many files as may be are being sent; try again soon.")
                    .send(response);
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, contentType(file.name()))
                .putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(length))
                .putHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
        if (!bytes.whole()) {
            response.setStatusCode(206)
                    .putHeader(
                            HttpHeaders.CONTENT_RANGE,
                            "bytes " + bytes.from() + "-" + (bytes.to() - 1) + "/" + file.sizeBytes());
        }
        if (!withBody) {
            FileTransfer.close(workers, file.channel());
            response.end();
            return;
        }
        Runnable onEnd = isLong ? transfers::decrementAndGet : () -> {};
        new FileTransfer(workers, request, file.channel(), bytes, onEnd).start();
    }

    private static FileAnswer.Conditions conditions(HttpServerRequest request) {
        return new FileAnswer.Conditions(
                request.getHeader(HttpHeaders.IF_NONE_MATCH),
                request.getHeader(HttpHeaders.IF_MODIFIED_SINCE),
                request.getHeader(RANGE),
                request.getHeader(IF_RANGE));
    }

    /** By the file name extension; texts are UTF-8. Browsers do not guess an unknown type either (nosniff). */
    static String contentType(String name) {
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        String type = MORE_TYPES.getOrDefault(extension, MimeMapping.mimeTypeForFilename(name));
        if (type == null) return "application/octet-stream";
        return type.startsWith("text/") ? type + "; charset=utf-8" : type;
    }
}

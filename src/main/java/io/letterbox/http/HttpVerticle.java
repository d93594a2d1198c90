package io.letterbox.http;

import io.letterbox.access.Principal;
import io.letterbox.config.HttpConfig;
import io.letterbox.error.ErrorCode;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server of one event loop and the routes on it. Deploy one per event loop; Vert.x spreads the connections.
 *
 * <p>A request is looked at in this order: host, origin, principal, fast paths of the parts, router. Whatever goes
 * wrong is answered as a problem document, from a request line that is no HTTP to a handler that throws.
 */
public final class HttpVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(HttpVerticle.class);

    /** The port number with which all instances share one free port, where 0 would give each its own. */
    private static final int ANY_SHARED_PORT = -1;

    /** The route label of requests that match no route. */
    private static final String NO_ROUTE = "none";

    private final HttpConfig config;
    private final HttpSockets sockets;
    private final List<HttpPart> parts;
    private final RouteObserver observer;
    private final Hosts hosts;
    private final Cors cors;

    // Owned by the event loop.
    private HttpServerOptions options;
    private HttpServer server;
    private RouteTable routes;

    /**
     * @param sockets shared by all instances
     * @param hosts the names of this server
     * @param parts created for this instance alone
     * @param observer told of every answer that goes through the router
     */
    public HttpVerticle(
            HttpConfig config, HttpSockets sockets, Hosts hosts, List<HttpPart> parts, RouteObserver observer) {
        this(config, sockets, hosts, new Origins(config.corsOrigins()), parts, observer);
    }

    /** @param origins whose pages may use this server */
    public HttpVerticle(
            HttpConfig config,
            HttpSockets sockets,
            Hosts hosts,
            Origins origins,
            List<HttpPart> parts,
            RouteObserver observer) {
        this.config = config;
        this.sockets = sockets;
        this.parts = List.copyOf(parts);
        this.observer = observer;
        this.hosts = hosts;
        this.cors = new Cors(origins, hosts);
    }

    @Override
    public Future<?> start() {
        Router router = router();
        options = options(config);
        server = vertx.createHttpServer(options)
                .connectionHandler(this::onConnection)
                .invalidRequestHandler(this::onInvalid)
                .requestHandler(request -> onRequest(request, router));
        return server.listen().onSuccess(listening -> sockets.listening(listening.actualPort()));
    }

    /**
     * Ends streams and waits for open requests, for a limited time; after that no connection is open. From any thread.
     *
     * @return completes on the event loop of this verticle
     */
    public Future<Void> drain(long millis) {
        Promise<Void> drained = Promise.promise();
        context.runOnContext(go -> {
            List<Future<Void>> parted = new ArrayList<>();
            for (HttpPart part : parts) parted.add(part.drain(millis));
            Future.join(parted)
                    .transform(ended -> {
                        sockets.closing();
                        return server.shutdown(millis, TimeUnit.MILLISECONDS);
                    })
                    .onComplete(drained);
        });
        return drained.future();
    }

    /** The action on a connection that has been accepted, before anything is read from it. */
    public static Consumer<Channel> connectionInitializer(HttpConfig config) {
        HttpServerOptions options = options(config);
        return channel -> {
            if (config.h2c()) channel.pipeline().addLast(new H2cGate(options));
        };
    }

    private static HttpServerOptions options(HttpConfig config) {
        return new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port() == 0 ? ANY_SHARED_PORT : config.port())
                .setTcpNoDelay(true)
                .setCompressionSupported(false)
                .setDecompressionSupported(false)
                .setHttp2ClearTextEnabled(config.h2c())
                .setInitialSettings(new Http2Settings().setMaxConcurrentStreams(Http2Limits.MAX_STREAMS))
                .setHandle100ContinueAutomatically(false)
                .setMaxInitialLineLength(config.maxUriBytes())
                .setMaxHeaderSize(config.maxHeaderBytes())
                .setIdleTimeout(config.idleTimeoutSeconds())
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
    }

    private Router router() {
        Router router = Router.router(vertx);
        router.route().handler(this::observe);
        parts.forEach(part -> part.mount(router, vertx));
        router.route().failureHandler(this::onFailure);
        routes = new RouteTable(router);
        for (int status : List.of(400, 404, 405, 406, 415, 500)) router.errorHandler(status, this::onFailure);
        return router;
    }

    private void onConnection(HttpConnection connection) {
        Http1Pipeline.extend(connection, options);
        Http2Limits.apply(connection);
        // Failures of a request are answered where they occur; those of the connection mean that it has been closed.
        connection.exceptionHandler(gone -> LOG.debug("{}: {}", connection.remoteAddress(), gone.toString()));
    }

    private void onRequest(HttpServerRequest request, Router router) {
        String path = request.path();
        cors.addHeaders(request);
        Problem misdirected = hosts.refusal(request);
        if (misdirected != null) {
            EarlyRefusal.send(vertx, request, misdirected);
            observeRefusal(request);
            return;
        }
        if (cors.answers(request, changesState(request))) {
            observeRefusal(request);
            return;
        }
        identify(request);
        if (path == null || path.isEmpty() || path.charAt(0) != '/') {
            onStrangeTarget(request);
            observeRefusal(request);
            return;
        }
        try {
            for (HttpPart part : parts) if (part.tryHandle(request)) return;
        } catch (RuntimeException failure) {
            EarlyRefusal.send(vertx, request, Problem.of(failure));
            observeRefusal(request);
            return;
        }
        if (expectsContinue(request)) request.response().writeContinue();
        router.handle(request);
    }

    /**
     * Determines the principal of a request before anything else; anonymous, because there is no authentication yet.
     */
    private static void identify(HttpServerRequest request) {
        RequestPrincipal.set(request, Principal.ANONYMOUS);
    }

    /** Meters requests that are refused before they reach the router. */
    private void observeRefusal(HttpServerRequest request) {
        int status = request.response().getStatusCode();
        if (status >= 400) observer.answered(NO_ROUTE, status, 0);
    }

    private boolean changesState(HttpServerRequest request) {
        HttpMethod method = request.method();
        if (method != HttpMethod.GET) return method != HttpMethod.HEAD && method != HttpMethod.OPTIONS;
        for (HttpPart part : parts) if (part.changesState(request)) return true;
        return false;
    }

    /** HTTP/1.0 has no interim responses (RFC 9110, section 10.1.1). */
    private static boolean expectsContinue(HttpServerRequest request) {
        return request.version() != HttpVersion.HTTP_1_0
                && "100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT));
    }

    /**
     * Answers a request target that is not a path: {@code OPTIONS *} (RFC 9112, section 3.2.4) is valid, others are
     * not.
     */
    private void onStrangeTarget(HttpServerRequest request) {
        if (request.method() == HttpMethod.OPTIONS && "*".equals(request.uri())) {
            request.response().setStatusCode(204).end();
        } else {
            refuse(request, ErrorCode.INVALID_REQUEST, "The path has to begin with a slash.");
        }
    }

    private void refuse(HttpServerRequest request, ErrorCode code, String detail) {
        EarlyRefusal.send(vertx, request, Problem.of(code, detail));
    }

    private void observe(RoutingContext context) {
        long startNanos = System.nanoTime();
        context.addHeadersEndHandler(written -> {
            Route route = context.currentRoute();
            String template = route == null || route.getPath() == null
                    ? NO_ROUTE
                    : context.request().method() + " " + RouteTable.template(route.getPath());
            observer.answered(template, context.response().getStatusCode(), System.nanoTime() - startNanos);
        });
        context.next();
    }

    private void onFailure(RoutingContext context) {
        Throwable failure = context.failure();
        if (failure != null && !(failure instanceof HttpException)) {
            Problem.send(context, failure);
            return;
        }
        switch (context.statusCode()) {
            case 404 -> onUnknownPath(context);
            case 405 -> onOtherMethod(context);
            case 406 -> refuse(context, ErrorCode.NOT_ACCEPTABLE, "This route cannot produce what Accept asks for.");
            case 415 ->
                refuse(context, ErrorCode.UNSUPPORTED_MEDIA_TYPE, "This route does not take this content type.");
            case 413 -> refuse(context, ErrorCode.REQUEST_TOO_LARGE, "The body is larger than this route takes.");
            case 500 -> Problem.send(context, failure == null ? new IllegalStateException("failed") : failure);
            default -> refuse(context, ErrorCode.INVALID_REQUEST, "The path or a parameter in it is not well formed.");
        }
    }

    private void onUnknownPath(RoutingContext context) {
        Set<String> allowed = routes.allowed(context.normalizedPath());
        if (!allowed.isEmpty()) {
            onOtherMethod(context);
            return;
        }
        String nearest = routes.nearest(context.normalizedPath());
        Problem problem = Problem.of(
                ErrorCode.NO_SUCH_ROUTE,
                "Nothing is served at this path"
                        + (nearest == null ? "; /openapi.json lists what is." : "; did you mean " + nearest + "?"));
        (nearest == null ? problem : problem.with("nearest", nearest)).send(context.response());
    }

    private void onOtherMethod(RoutingContext context) {
        String allow = String.join(", ", routes.allowed(context.normalizedPath()));
        context.response().putHeader(HttpHeaders.ALLOW, allow);
        if (context.request().method() == HttpMethod.OPTIONS) {
            context.response().setStatusCode(204).end();
        } else {
            refuse(context, ErrorCode.METHOD_NOT_ALLOWED, "This path answers " + allow + ".");
        }
    }

    private static void refuse(RoutingContext context, ErrorCode code, String detail) {
        Problem.of(code, detail).send(context.response());
    }

    /**
     * Answers a request that the HTTP decoder rejected. The bytes after it cannot be parsed, so the connection is
     * closed.
     */
    private void onInvalid(HttpServerRequest request) {
        identify(request);
        Throwable cause = request.decoderResult().cause();
        Problem problem;
        if (cause instanceof ProblemException refusal) {
            problem = refusal.problem();
        } else if (cause instanceof TooLongHttpLineException) {
            problem = Problem.of(ErrorCode.URI_TOO_LONG, "The request line is longer than http.maxUriBytes.")
                    .with(Problem.LIMIT, config.maxUriBytes());
        } else if (cause instanceof TooLongHttpHeaderException) {
            problem = Problem.of(ErrorCode.HEADERS_TOO_LARGE, "The headers are larger than http.maxHeaderBytes.")
                    .with(Problem.LIMIT, config.maxHeaderBytes());
        } else {
            problem = Problem.of(ErrorCode.INVALID_REQUEST, "This is not a well-formed HTTP request.");
        }
        request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        problem.send(request.response());
        observeRefusal(request);
        request.connection().close();
    }
}

package io.letterbox.http;

import io.letterbox.error.ErrorCode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Set;

/**
 * Which pages may use this server (WHATWG Fetch, section 3.2): those that it serves itself and those of the origins that
 * were configured, each by its full name. There is no wildcard and no reflection. A page of another origin cannot read
 * answers, and, because a browser sends simple POSTs without asking first, what it sends is refused here as well.
 *
 * <p>Immutable; safe on any thread.
 */
public final class Cors {
    private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
    private static final String EXPOSED = "Location, Retry-After, Allow, Idempotent-Replayed, Producer-Expected-Seq";
    private static final String MAX_AGE_SECONDS = "600";

    private final Set<String> origins;

    /** @param origins scheme, host and, unless it is the scheme's own, port; such as {@code https://app.example} */
    public Cors(List<String> origins) {
        this.origins = Set.copyOf(origins);
    }

    /**
     * Adds what a page's browser has to see, and answers what needs no further look.
     *
     * @return true where the request has been answered: it was a preflight, or it came from a foreign page
     */
    public boolean answers(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        if (!origins.isEmpty()) response.putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null) return false;
        if (origins.contains(origin)) return grant(request, response, origin);
        HttpMethod method = request.method();
        boolean reads = method == HttpMethod.GET || method == HttpMethod.HEAD || method == HttpMethod.OPTIONS;
        if (reads || isOwn(origin, request)) return false;
        Problem.of(
                        ErrorCode.ORIGIN_NOT_ALLOWED,
                        "Pages of this origin may not change anything here; add it to http.corsOrigins if they should.")
                .send(response);
        return true;
    }

    private static boolean grant(HttpServerRequest request, HttpServerResponse response, String origin) {
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response.putHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        boolean preflight = request.method() == HttpMethod.OPTIONS
                && request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD) != null;
        if (!preflight) return false;
        String headers = request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_HEADERS);
        if (headers != null) response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, headers);
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS)
                .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS)
                .setStatusCode(204)
                .end();
        return true;
    }

    /** The page came from this server: the origin names the host that the request names, whoever terminates TLS. */
    private static boolean isOwn(String origin, HttpServerRequest request) {
        int authority = origin.indexOf("://");
        String host = request.authority() == null ? null : request.authority().toString();
        return authority > 0 && origin.substring(authority + 3).equalsIgnoreCase(host);
    }
}

package io.letterbox.http;

import io.letterbox.error.ErrorCode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/**
 * Decides which pages may use this server (WHATWG Fetch, section 3.2): its own pages, and those of the configured
 * origins and of the cluster's other nodes, each by its full name. There is no wildcard and no reflection. A page of
 * another origin cannot read responses; because a browser sends simple POSTs and every GET without a preflight,
 * requests that change state are refused here as well.
 *
 * <p>Safe on any thread.
 */
public final class Cors {
    private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";

    /**
     * The response headers that pages of other origins may read; with credentials, a wildcard would be taken literally.
     */
    static final String EXPOSED =
            "Location, Retry-After, Allow, Accept, Accept-Post, Accept-Encoding, Content-Range, ETag, "
                    + "Idempotent-Replayed, Producer-Expected-Seq";

    private static final String MAX_AGE_SECONDS = "600";

    private final Origins origins;
    private final Hosts hosts;

    /** @param hosts identifies this server's own pages */
    public Cors(Origins origins, Hosts hosts) {
        this.origins = origins;
        this.hosts = hosts;
    }

    /**
     * Adds the CORS headers, whatever the response is: without them, the page would not even see the reason of a
     * refusal. Requests may carry cookies and other credentials (section 3.2.2), because a proxy in front may require
     * them.
     */
    public void addHeaders(HttpServerRequest request) {
        if (origins.isEmpty()) return;
        HttpServerResponse response = request.response();
        response.putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        String origin = granted(request);
        if (origin == null) return;
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        response.putHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }

    /** The origin of the requesting page if it is configured, else null. */
    private String granted(HttpServerRequest request) {
        String origin = origins.isEmpty() ? null : request.getHeader(HttpHeaders.ORIGIN);
        return origin != null && origins.contains(origin) ? origin : null;
    }

    /**
     * Answers preflights and refuses requests of foreign pages.
     *
     * @param changes whether the request changes state, whatever its method
     * @return true if the request has been answered
     */
    public boolean answers(HttpServerRequest request, boolean changes) {
        HttpServerResponse response = request.response();
        if (granted(request) != null) return isPreflight(request) && allow(request, response);
        if (!changes || !RequestOrigin.of(request).isForeign(hosts)) return false;
        Problem.of(
                        ErrorCode.ORIGIN_NOT_ALLOWED,
                        "Pages of this origin may not change anything here, joining a group included. If they should,"
                                + " add the origin to http.corsOrigins; if the page is this server's own behind a"
                                + " proxy, let the proxy pass Host on with its port, or add the page's host to"
                                + " http.names.")
                .send(response);
        return true;
    }

    private static boolean isPreflight(HttpServerRequest request) {
        return request.method() == HttpMethod.OPTIONS
                && request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD) != null;
    }

    private static boolean allow(HttpServerRequest request, HttpServerResponse response) {
        String headers = request.getHeader(HttpHeaders.ACCESS_CONTROL_REQUEST_HEADERS);
        if (headers != null) response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, headers);
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS)
                .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS)
                .setStatusCode(204)
                .end();
        return true;
    }
}

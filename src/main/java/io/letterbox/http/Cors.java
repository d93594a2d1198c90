package io.letterbox.http;

import io.letterbox.error.ErrorCode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which pages may use this server (WHATWG Fetch, section 3.2): those that it serves itself and those of the origins that
 * were configured, each by its full name. There is no wildcard and no reflection. A page of another origin cannot read
 * answers, and, because a browser sends simple POSTs and every GET without asking first, what changes anything is refused
 * here as well.
 *
 * <p>Immutable; safe on any thread.
 */
public final class Cors {
    private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";

    /** What answers have beyond what every page may read; with credentials, a star would stand for itself. */
    static final String EXPOSED =
            "Location, Retry-After, Allow, Accept, Accept-Post, Accept-Encoding, Content-Range, ETag, "
                    + "Idempotent-Replayed, Producer-Expected-Seq";

    private static final String MAX_AGE_SECONDS = "600";

    private final Set<String> origins;
    private final Hosts hosts;

    /**
     * @param origins scheme, host and, unless it is the scheme's own, port; such as {@code https://app.example}
     * @param hosts by which this server's own pages are told
     */
    public Cors(List<String> origins, Hosts hosts) {
        this.origins = Set.copyOf(origins.stream().map(Cors::asSent).toList());
        this.hosts = hosts;
    }

    /** An origin as browsers write it: in lower case, and without the port where it is the scheme's own. */
    private static String asSent(String origin) {
        String lower = origin.toLowerCase(Locale.ROOT);
        String usual = lower.startsWith("https:") ? ":443" : ":80";
        return lower.endsWith(usual) ? lower.substring(0, lower.length() - usual.length()) : lower;
    }

    /**
     * Adds what the browser of a page has to see, whatever is answered: without it, the page does not even learn why it was
     * refused. Cookies and other credentials may come with its requests (section 3.2.2): a proxy in front may ask for them.
     */
    public void show(HttpServerRequest request) {
        if (origins.isEmpty()) return;
        HttpServerResponse response = request.response();
        response.putHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
        String origin = granted(request);
        if (origin == null) return;
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        response.putHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }

    /** The origin of the page that asks, where it is one of those that were configured; else null. */
    private String granted(HttpServerRequest request) {
        String origin = origins.isEmpty() ? null : request.getHeader(HttpHeaders.ORIGIN);
        return origin != null && origins.contains(origin) ? origin : null;
    }

    /**
     * Answers what needs no further look.
     *
     * @param changes whether the request changes anything, whatever its method says
     * @return true where the request has been answered: it was a preflight, or it came from a foreign page
     */
    public boolean answers(HttpServerRequest request, boolean changes) {
        HttpServerResponse response = request.response();
        if (granted(request) != null) return isPreflight(request) && allow(request, response);
        if (!changes || !Visit.of(request).isForeign(hosts)) return false;
        Problem.of(
                        ErrorCode.ORIGIN_NOT_ALLOWED,
                        "Pages of this origin may not change anything here, joining a group included. If they should, add the"
                                + " origin to http.corsOrigins; if the page is this server's own behind a proxy, let the"
                                + " proxy pass Host on with its port, or add the page's host to http.names.")
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

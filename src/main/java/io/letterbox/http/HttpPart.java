package io.letterbox.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;

/**
 * A part of the HTTP server with routes of its own. There is one instance per event loop; all its methods and handlers
 * run there, so it needs no locks.
 */
public interface HttpPart {
    /**
     * Mounts the part's routes, once, on the event loop that will serve them. Every route for GET also serves HEAD,
     * with the same handler: one that streams has to check the method and end after its headers. A failed routing
     * context is answered with a problem document, see {@link Problem#of(Throwable)}.
     */
    void mount(Router router, Vertx vertx);

    /**
     * Whether a GET request changes state. Pages of foreign origins are kept from that as from other changes. Called
     * before the router and before {@link #tryHandle}.
     */
    default boolean changesState(HttpServerRequest request) {
        return false;
    }

    /**
     * Handles requests before the router, for those that are too frequent for it. Called for each request, in the order
     * of the parts.
     *
     * @return true if this part answers the request
     */
    default boolean tryHandle(HttpServerRequest request) {
        return false;
    }

    /**
     * Ends streams and long polls, because the server stops.
     *
     * @param millis how long this may take; the ends are to be spread over this time
     * @return completes when everything has ended
     */
    default Future<Void> drain(long millis) {
        return Future.succeededFuture();
    }
}

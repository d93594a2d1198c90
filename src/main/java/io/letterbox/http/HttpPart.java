package io.letterbox.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;

/**
 * A door's share of the HTTP server. There is one instance per event loop; all its methods and handlers run there, so it
 * needs no locks.
 */
public interface HttpPart {
    /**
     * Mounts the part's routes, once, on the event loop that will serve them. Every route that answers GET is made to
     * answer HEAD too, with the same handler: one that streams has to look at the method and end after its headers.
     * A failed routing context is answered as a problem document, see {@link Problem#of(Throwable)}.
     */
    void mount(Router router, Vertx vertx);

    /**
     * Whether a request changes something although its method, GET, does not say so. Pages of foreign origins are kept from
     * that as from other changes. Called before the router and before {@link #tryHandle}.
     */
    default boolean changesState(HttpServerRequest request) {
        return false;
    }

    /**
     * A way past the router for requests that are too frequent for one. Called for each request before the router, in
     * the order of the parts.
     *
     * @return true where this part answers the request
     */
    default boolean tryHandle(HttpServerRequest request) {
        return false;
    }

    /**
     * Ends what does not end by itself (streams, long polls) because the server stops.
     *
     * @param millis how long this may take; spread the ends over this time
     * @return completes when everything has ended
     */
    default Future<Void> drain(long millis) {
        return Future.succeededFuture();
    }
}

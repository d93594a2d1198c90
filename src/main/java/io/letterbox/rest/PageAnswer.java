package io.letterbox.rest;

import io.letterbox.error.ApiException;
import io.letterbox.http.ConnectionLifetime;
import io.letterbox.http.Json;
import io.letterbox.http.JsonBytes;
import io.letterbox.ingress.DoorServices;
import io.letterbox.ingress.Transfers;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;

/**
 * A page of records on its way to the client. It holds a share of the budget for pages until it has been written out,
 * and is cut off if the client does not read it. Owned by one event loop.
 */
final class PageAnswer implements Transfers.Transfer {
    private static final long CANCEL = 8; // RFC 9113 section 7

    private final RoutingContext context;
    private final Transfers unsentPages;
    private final PageShare share;

    PageAnswer(RoutingContext context, DoorServices backend, RecordRoutes routes) {
        this.context = context;
        this.unsentPages = routes.unsentPages();
        this.share = new PageShare(backend.pages());
    }

    /** The page's share of the budget. */
    PageShare share() {
        return share;
    }

    /**
     * Sends the whole document; false if the client has gone.
     *
     * @throws ApiException if the budget is used up
     */
    boolean send(JsonBytes document) {
        document.trim();
        HttpServerResponse response = context.response();
        share.hold(document.array().length);
        if (response.closed()) {
            end();
            return false;
        }
        // Added first: if the socket has room, the answer is written before the call of end returns.
        unsentPages.add(this, System.nanoTime());
        response.putHeader(HttpHeaders.CONTENT_TYPE, Json.CONTENT_TYPE)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(document.take())
                .onComplete(writtenOrGone -> end());
        return true;
    }

    /** The page has been written out, or will not be sent; a second call does nothing. */
    void end() {
        unsentPages.remove(this);
        share.release();
    }

    /** Cuts the page off, because the client reads it too slowly or not at all. */
    @Override
    public void expire() {
        if (context.request().version() == HttpVersion.HTTP_2) {
            context.response().reset(CANCEL);
        } else {
            ConnectionLifetime.closeNow(context.request());
        }
    }
}

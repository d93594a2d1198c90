package io.letterbox.delivery;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.UUID;

/** Serves {@code /client.js}, the ES module for browsers. Immutable; safe on any thread. */
final class ClientModule {
    private static final String PATH = "/client.js";
    private static final Buffer SOURCE = Buffer.buffer(read());

    /** Changes with the content, so that an upgrade of the server reaches browsers as soon as they ask. */
    private static final String ETAG = "\"" + UUID.nameUUIDFromBytes(SOURCE.getBytes()) + "\"";

    private ClientModule() {}

    static void mount(Router router) {
        router.get(PATH).handler(ClientModule::send);
    }

    private static void send(RoutingContext context) {
        HttpServerResponse response = context.response()
                .putHeader(HttpHeaders.ETAG, ETAG)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader("x-content-type-options", "nosniff");
        if (ETAG.equals(context.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, "text/javascript; charset=utf-8")
                .end(SOURCE);
    }

    private static byte[] read() {
        try (InputStream in = ClientModule.class.getResourceAsStream("client.js")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.letterbox.sse;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.UUID;

/**
 * Serves {@code /client.js}, the ES module for browsers, and {@code /client-hub.js}, the shared worker that it runs.
 * Immutable; safe on any thread.
 */
final class ClientModule {
    /**
     * A file of the module.
     *
     * @param etag changes with the content, so that an upgrade of the server reaches browsers as soon as they ask
     */
    private record Script(String path, Buffer source, String etag) {
        static Script named(String name) {
            Buffer source = Buffer.buffer(read(name));
            return new Script("/" + name, source, "\"" + UUID.nameUUIDFromBytes(source.getBytes()) + "\"");
        }
    }

    private static final List<Script> SCRIPTS = List.of(Script.named("client.js"), Script.named("client-hub.js"));

    private ClientModule() {}

    static void mount(Router router) {
        for (Script script : SCRIPTS) router.get(script.path()).handler(context -> send(context, script));
    }

    private static void send(RoutingContext context, Script script) {
        HttpServerResponse response = context.response()
                .putHeader(HttpHeaders.ETAG, script.etag())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader("x-content-type-options", "nosniff");
        if (script.etag().equals(context.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, "text/javascript; charset=utf-8")
                .end(script.source());
    }

    private static byte[] read(String name) {
        try (InputStream in = ClientModule.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

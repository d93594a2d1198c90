package io.letterbox.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Another web server with one page, at an origin of its own. Its only thread is the JDK's. */
final class PageServer implements AutoCloseable {
    private final HttpServer server;
    private volatile String page = "";

    PageServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", this::answer);
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = page.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** {@code http://localhost:<port>}, its origin. */
    URI origin() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    /** Sets the page. */
    void serve(String html) {
        page = html;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

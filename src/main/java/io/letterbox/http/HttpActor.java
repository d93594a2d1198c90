package io.letterbox.http;

import io.letterbox.audit.Actor;
import io.letterbox.config.HttpConfig;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** Who sends a request, for the log. */
public final class HttpActor {
    private HttpActor() {}

    /** The client, through which of the configured proxies, and what it calls itself. */
    public static Actor of(HttpServerRequest request, HttpConfig config) {
        String client = Proxies.of(config).client(request).toString();
        return Actor.of("HTTP", client, request.getHeader(HttpHeaders.USER_AGENT));
    }
}

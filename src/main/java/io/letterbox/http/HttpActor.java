package io.letterbox.http;

import io.letterbox.audit.Actor;
import io.letterbox.config.HttpConfig;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** The client of a request, for the audit log. */
public final class HttpActor {
    private HttpActor() {}

    /** The client's address, the configured proxy that reported it, and its user agent. */
    public static Actor of(HttpServerRequest request, HttpConfig config) {
        String client = Proxies.of(config).client(request).toString();
        String agent = request.getHeader(HttpHeaders.USER_AGENT);
        return Actor.of("HTTP", client, agent, RequestPrincipal.of(request));
    }
}

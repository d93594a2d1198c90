package io.letterbox.http;

import io.letterbox.access.Principal;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.context.storage.ContextLocal;

/**
 * The principal of an HTTP request. Vert.x gives each request a context of its own, which keeps it: so it can be found
 * from the request alone, on every path of a request, and costs no object. {@link HttpVerticle} sets it.
 */
public final class RequestPrincipal implements VertxServiceProvider {
    private static final ContextLocal<Principal> LOCAL = ContextLocal.registerLocal(Principal.class);

    /** Called by Vert.x, which thereby registers the key of the context's data before it creates the first context. */
    public RequestPrincipal() {}

    @Override
    public void init(VertxBootstrap bootstrap) {}

    /**
     * The principal of a request.
     *
     * @throws IllegalStateException if it has not been determined, so that nothing may be answered yet
     */
    public static Principal of(HttpServerRequest request) {
        Principal principal = ((HttpServerRequestInternal) request).context().getLocal(LOCAL);
        if (principal == null) throw new IllegalStateException("a request without a principal: " + request.path());
        return principal;
    }

    static void set(HttpServerRequest request, Principal principal) {
        ((HttpServerRequestInternal) request).context().putLocal(LOCAL, principal);
    }
}

package io.letterbox.http;

import io.netty.channel.ChannelPipeline;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/** What is put between Vert.x' own handlers of a connection of HTTP/1; the one place that knows their names. */
final class Http1Pipeline {
    private static final String DECODER = "httpDecoder";
    private static final String VERTX_HANDLER = "handler";

    private Http1Pipeline() {}

    /** Extends the pipeline of a new connection; HTTP/2 checks its versions and limits its streams by itself. */
    static void extend(HttpConnection connection) {
        if (!(connection instanceof ConnectionBase base)) return;
        ChannelPipeline pipeline = base.channel().pipeline();
        if (pipeline.get(DECODER) == null || pipeline.get(VERTX_HANDLER) == null) return;
        pipeline.addBefore(DECODER, "slices", new InboundSlices());
        pipeline.addBefore(VERTX_HANDLER, "version", VersionCheck.SHARED);
    }
}

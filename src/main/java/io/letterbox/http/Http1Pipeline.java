package io.letterbox.http;

import io.netty.channel.ChannelPipeline;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Adds handlers between those of Vert.x in a connection of HTTP/1; the only place that knows the names of Vert.x'
 * handlers.
 */
final class Http1Pipeline {
    private static final String DECODER = "httpDecoder";

    private Http1Pipeline() {}

    /** Extends the pipeline of a new connection; does nothing for HTTP/2. */
    static void extend(HttpConnection connection, HttpServerOptions options) {
        if (!(connection instanceof ConnectionBase base)) return;
        ChannelPipeline pipeline = base.channel().pipeline();
        if (pipeline.get(DECODER) == null) return;
        // If HTTP/2 is accepted, the first request is being decoded by now, and H2cGate has put the strict decoder in
        // place.
        if (!options.isHttp2ClearTextEnabled()) makeStrict(pipeline, options);
        pipeline.addBefore(DECODER, "slices", new InboundSlices());
    }

    /** Replaces the decoder by the strict one; nothing may have been decoded yet. */
    static void makeStrict(ChannelPipeline pipeline, HttpServerOptions options) {
        pipeline.replace(DECODER, DECODER, new StrictDecoder(options));
    }
}

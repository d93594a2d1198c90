package io.letterbox.http;

import io.netty.channel.ChannelPipeline;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.impl.ConnectionBase;

/** What is put between Vert.x' own handlers of a connection of HTTP/1; the one place that knows their names. */
final class Http1Pipeline {
    private static final String DECODER = "httpDecoder";

    private Http1Pipeline() {}

    /** Extends the pipeline of a new connection; HTTP/2 has no part in it. */
    static void extend(HttpConnection connection, HttpServerOptions options) {
        if (!(connection instanceof ConnectionBase base)) return;
        ChannelPipeline pipeline = base.channel().pipeline();
        if (pipeline.get(DECODER) == null) return;
        // Where HTTP/2 is spoken, too, the first request is being decoded by now: H2cGate was here before.
        if (!options.isHttp2ClearTextEnabled()) makeStrict(pipeline, options);
        pipeline.addBefore(DECODER, "slices", new InboundSlices());
    }

    /** Puts the decoder in place that forgives nothing; nothing may have been decoded yet. */
    static void makeStrict(ChannelPipeline pipeline, HttpServerOptions options) {
        pipeline.replace(DECODER, DECODER, new StrictDecoder(options));
    }
}

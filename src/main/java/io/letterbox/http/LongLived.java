package io.letterbox.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;

/** Takes the idle timeout off connections that are meant to be silent for long. */
public final class LongLived {
    private LongLived() {}

    /**
     * From now on, the connection of this request is not closed for carrying nothing; whoever calls this has to notice
     * dead peers itself. Call on the connection's event loop.
     */
    public static void exempt(HttpServerRequest request) {
        if (request.connection() instanceof ConnectionBase connection) {
            ChannelPipeline pipeline = connection.channel().pipeline();
            if (pipeline.get(IdleStateHandler.class) != null) pipeline.remove(IdleStateHandler.class);
        }
    }
}

package io.letterbox.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;

/** What connections need that live long, or too long: no idle timeout, and an end that waits for nobody. */
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

    /**
     * Closes the connection of this request at once: what was written and not taken is dropped, where an ordinary close
     * would wait for the peer to take it.
     */
    public static void cut(HttpServerRequest request) {
        if (request.connection() instanceof ConnectionBase connection) {
            connection.channelHandlerContext().close();
        } else {
            request.connection().close();
        }
    }
}

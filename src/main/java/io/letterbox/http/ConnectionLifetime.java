package io.letterbox.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;

/** Exempts connections of streams from the idle timeout, and closes them without waiting for the peer. */
public final class ConnectionLifetime {
    private ConnectionLifetime() {}

    /**
     * Turns off the idle timeout of this request's connection; the caller has to notice dead peers itself. Call on the
     * connection's event loop.
     */
    public static void disableIdleTimeout(HttpServerRequest request) {
        if (request.connection() instanceof ConnectionBase connection) {
            ChannelPipeline pipeline = connection.channel().pipeline();
            if (pipeline.get(IdleStateHandler.class) != null) pipeline.remove(IdleStateHandler.class);
        }
    }

    /**
     * Closes the connection of this request at once: bytes that were written and not sent are dropped, where an
     * ordinary close would wait for the peer to read them.
     */
    public static void closeNow(HttpServerRequest request) {
        if (request.connection() instanceof ConnectionBase connection) {
            connection.channelHandlerContext().close();
        } else {
            request.connection().close();
        }
    }
}

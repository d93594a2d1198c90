package io.letterbox.http;

import io.letterbox.entrance.AcceptedConnection;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;

/**
 * Enforces the server's HTTP/2 settings from a client's first frame. By the protocol they bind a client when it
 * acknowledges them (RFC 9113, section 6.5.3), and Netty waits for that; a client that never acknowledges could open
 * streams without limit.
 */
final class Http2Limits {
    /** Concurrent streams of one connection. */
    static final int MAX_STREAMS = 100;

    /** The time within which a client has to acknowledge the settings; after it, the connection is closed. */
    static final long ACKNOWLEDGE_SECONDS = 10;

    private Http2Limits() {}

    /** Applies the limits to a new connection of HTTP/2, on its event loop; leaves others alone. */
    static void apply(HttpConnection connection) {
        if (!(connection instanceof ConnectionBase base)) return;
        Http2ConnectionHandler handler = base.channel().pipeline().get(Http2ConnectionHandler.class);
        if (handler == null) return;
        handler.connection().remote().maxActiveStreams(MAX_STREAMS);
        Acknowledgement acknowledgement = new Acknowledgement(handler);
        handler.decoder().frameListener(acknowledgement);
        base.channel()
                .eventLoop()
                .schedule(
                        () -> {
                            if (!acknowledgement.came) base.channel().close();
                        },
                        ACKNOWLEDGE_SECONDS,
                        TimeUnit.SECONDS);
    }

    /** Notes that the settings have been acknowledged. */
    private static final class Acknowledgement extends Http2FrameListenerDecorator {
        private boolean came;

        private Acknowledgement(Http2ConnectionHandler handler) {
            super(handler.decoder().frameListener());
        }

        @Override
        public void onSettingsAckRead(ChannelHandlerContext context) throws Http2Exception {
            came = true;
            AcceptedConnection.onFirstRequest(context.channel());
            super.onSettingsAckRead(context);
        }
    }
}

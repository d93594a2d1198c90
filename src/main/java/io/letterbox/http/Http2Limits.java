package io.letterbox.http;

import io.letterbox.entrance.Guest;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;

/**
 * Holds a client of HTTP/2 to the settings of this server from its first frame. By the protocol they bind it from its
 * acknowledgement (RFC 9113, section 6.5.3), and Netty waits for that; a client that never acknowledges could open streams
 * without end.
 */
final class Http2Limits {
    /** Streams at the same time on one connection. */
    static final int MAX_STREAMS = 100;

    /** A client that has not acknowledged the settings by then is a broken one, or worse. */
    static final long ACKNOWLEDGE_SECONDS = 10;

    private Http2Limits() {}

    /** Applies them to a new connection of HTTP/2, on its event loop; leaves others alone. */
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

    /** Notes down that the settings were acknowledged. */
    private static final class Acknowledgement extends Http2FrameListenerDecorator {
        private boolean came;

        private Acknowledgement(Http2ConnectionHandler handler) {
            super(handler.decoder().frameListener());
        }

        @Override
        public void onSettingsAckRead(ChannelHandlerContext context) throws Http2Exception {
            came = true;
            Guest.spoke(context.channel());
            super.onSettingsAckRead(context);
        }
    }
}

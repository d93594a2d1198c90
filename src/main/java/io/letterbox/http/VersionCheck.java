package io.letterbox.http;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

/**
 * Marks requests of another protocol than HTTP/1.0 and HTTP/1.1 as not well formed. Vert.x would answer them as the
 * server's fault, in a version that does not exist. It has no state, so all connections share it.
 */
@ChannelHandler.Sharable
final class VersionCheck extends ChannelInboundHandlerAdapter {
    static final VersionCheck SHARED = new VersionCheck();

    private VersionCheck() {}

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request) {
            HttpVersion version = request.protocolVersion();
            if (version != HttpVersion.HTTP_1_1 && !version.equals(HttpVersion.HTTP_1_0)) {
                request.setProtocolVersion(HttpVersion.HTTP_1_1);
                request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("not HTTP/1")));
            }
        }
        context.fireChannelRead(message);
    }
}

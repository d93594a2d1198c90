package io.letterbox.entrance;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.spi.transport.Transport;
import java.net.SocketAddress;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/**
 * A transport of Vert.x with an {@link Entrance} in front of both doors; Vert.x offers no other way to the handler that
 * accepts connections. Everything else is delegated. The server for other nodes, which is no door, is told from the
 * Kafka door by its options: they name no port, because it is given an address to listen on.
 */
public final class GuardedTransport implements io.vertx.core.transport.Transport, Transport {
    private final io.vertx.core.transport.Transport known;
    private final Transport transport;
    private final Entrance http;
    private final Entrance kafka;

    /**
     * @param transport the transport that does the work
     * @param greeting the action on a connection of the HTTP server before anything is read from it
     */
    public GuardedTransport(
            io.vertx.core.transport.Transport transport,
            DoorLimits http,
            DoorLimits kafka,
            Consumer<Channel> greeting) {
        this.known = transport;
        this.transport = transport.implementation();
        OpenFiles files = new OpenFiles(System.nanoTime());
        this.http = new Entrance(http, files, greeting);
        this.kafka = new Entrance(kafka, files, channel -> {});
    }

    /** The entrance of the HTTP server. */
    public Entrance http() {
        return http;
    }

    /** The entrance of the Kafka server. */
    public Entrance kafka() {
        return kafka;
    }

    @Override
    public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
        transport.configure(options, domainSocket, bootstrap);
        if (options instanceof HttpServerOptions) bootstrap.handler(http);
        else if (options.getPort() != 0) bootstrap.handler(kafka);
    }

    @Override
    public String name() {
        return known.name();
    }

    @Override
    public boolean available() {
        return known.available();
    }

    @Override
    public boolean isAvailable() {
        return transport.isAvailable();
    }

    @Override
    public Throwable unavailabilityCause() {
        return transport.unavailabilityCause();
    }

    @Override
    public Transport implementation() {
        return this;
    }

    @Override
    public boolean supportsDomainSockets() {
        return transport.supportsDomainSockets();
    }

    @Override
    public boolean supportFileRegion() {
        return transport.supportFileRegion();
    }

    @Override
    public SocketAddress convert(io.vertx.core.net.SocketAddress address) {
        return transport.convert(address);
    }

    @Override
    public io.vertx.core.net.SocketAddress convert(SocketAddress address) {
        return transport.convert(address);
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        return transport.ioHandlerFactory();
    }

    @Override
    public EventLoopGroup eventLoopGroup(int type, int threads, ThreadFactory factory, int ioRatio) {
        return transport.eventLoopGroup(type, threads, factory, ioRatio);
    }

    @Override
    public DatagramChannel datagramChannel() {
        return transport.datagramChannel();
    }

    @Override
    @SuppressWarnings("deprecation")
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
        return transport.datagramChannel(family);
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
        return transport.channelFactory(domainSocket);
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
        return transport.serverChannelFactory(domainSocket);
    }

    @Override
    public void configure(DatagramChannel channel, DatagramSocketOptions options) {
        transport.configure(channel, options);
    }

    @Override
    public void configure(ClientOptionsBase options, int timeout, boolean domainSocket, Bootstrap bootstrap) {
        transport.configure(options, timeout, domainSocket, bootstrap);
    }
}

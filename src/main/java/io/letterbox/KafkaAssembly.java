package io.letterbox;

import io.letterbox.config.KafkaConfig;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.KafkaSockets;
import io.letterbox.kafka.KafkaVerticle;
import io.letterbox.metadata.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Assembles the parts of the Kafka server, once for each event loop, and determines the address that clients are told.
 */
final class KafkaAssembly {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaAssembly.class);

    private final KafkaConfig config;
    private final DoorServices services;
    private final KafkaSockets sockets;

    /**
     * @param services shared with the HTTP server
     * @param shut closes the entrance
     */
    KafkaAssembly(DoorServices services, Runnable shut) {
        this.config = services.config().kafka();
        this.services = services;
        this.sockets = new KafkaSockets(shut);
    }

    /** The Kafka server of one more event loop. */
    KafkaVerticle door() {
        return new KafkaVerticle(services, sockets);
    }

    /** The port that is listened on, which matters if port 0 was configured. */
    int port() {
        return sockets.port();
    }

    /** The address that clients are told to connect to. May block for a look-up of this machine's name. */
    Endpoint advertised() {
        return advertised(config, port());
    }

    static Endpoint advertised(KafkaConfig config, int port) {
        return new Endpoint(advertisedHost(config), config.advertisedPort() == 0 ? port : config.advertisedPort());
    }

    private static String advertisedHost(KafkaConfig config) {
        if (!config.advertisedHost().isBlank()) return config.advertisedHost();
        if (!isWildcard(config.host())) return config.host();
        String name = machineName();
        LOG.warn(
                "kafka.host is {}, which is no address that clients could connect to; they are told {}. "
                        + "Set kafka.advertisedHost to the name or address under which they all reach this machine",
                config.host(),
                name);
        return name;
    }

    private static boolean isWildcard(String host) {
        try {
            return InetAddress.getByName(host).isAnyLocalAddress();
        } catch (IOException unknown) {
            return false;
        }
    }

    private static String machineName() {
        try {
            return InetAddress.getLocalHost().getCanonicalHostName();
        } catch (IOException unknown) {
            return InetAddress.getLoopbackAddress().getHostAddress();
        }
    }

    /** Accepts clients from now on: the metadata contains this node's address. */
    void acceptClients(Endpoint advertised) {
        sockets.acceptConnections();
        LOG.info(
                "Serving Kafka clients at {}; they are told to connect to {}",
                new Endpoint(config.host(), port()).authority(),
                advertised.authority());
    }
}

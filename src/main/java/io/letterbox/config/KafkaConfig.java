package io.letterbox.config;

/**
 * The server for Kafka clients.
 *
 * @param enabled whether it is started
 * @param host the address to listen on, a name or an IP address
 * @param port 0 (any free port) to 65535
 * @param advertisedHost the host that clients are told to connect to; empty for {@code host}
 * @param advertisedPort the port that clients are told to connect to; 0 for the port that is listened on
 * @param idleTimeoutSeconds the time after which an idle connection is closed, 1 to 86400
 * @param maxConnections connections at the same time, 1 to 1,000,000
 * @param maxConnectionsPerAddress of them from one address, 0 (no limit of its own) to 1,000,000
 * @param maxSilentPerAddress of them that have not sent a whole request yet, 1 to 1,000,000
 * @param maxRequestBytes the largest request, 64 KiB to 1 GiB
 */
public record KafkaConfig(
        boolean enabled,
        String host,
        int port,
        String advertisedHost,
        int advertisedPort,
        int idleTimeoutSeconds,
        int maxConnections,
        int maxConnectionsPerAddress,
        int maxSilentPerAddress,
        int maxRequestBytes) {
    private static final int MIB = 1 << 20;

    public KafkaConfig {
        Check.notBlank("kafka.host", host, "a host name or an IP address, such as 127.0.0.1 or 0.0.0.0");
        Check.range("kafka.port", port, 0, 65535);
        Check.range("kafka.advertisedPort", advertisedPort, 0, 65535);
        Check.range("kafka.idleTimeoutSeconds", idleTimeoutSeconds, 1, 86_400);
        Check.range("kafka.maxConnections", maxConnections, 1, 1_000_000);
        Check.range("kafka.maxConnectionsPerAddress", maxConnectionsPerAddress, 0, 1_000_000);
        Check.range("kafka.maxSilentPerAddress", maxSilentPerAddress, 1, 1_000_000);
        Check.range("kafka.maxRequestBytes", maxRequestBytes, 65_536, 1024 * MIB);
    }

    static KafkaConfig standard() {
        return new KafkaConfig(true, "127.0.0.1", 9092, "", 0, 600, 10_000, 0, 256, 100 * MIB);
    }
}

package io.letterbox.it.kafka;

import static org.awaitility.Awaitility.await;

import io.letterbox.it.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Apache Kafka's own broker in a process: a single node with default settings, except those that a single node needs.
 * Owned by the test's thread.
 */
final class ApacheKafka implements AutoCloseable {
    private static final String CLUSTER = "0123456789abcdefABCDEg";

    private final int port;
    private final Program broker;

    private ApacheKafka(int port, Program broker) {
        this.port = port;
        this.broker = broker;
    }

    /** Starts a broker with its data below a directory; it may not answer yet. */
    static ApacheKafka start(Path directory) {
        int port = ServerProcess.freePort();
        int controller = ServerProcess.freePort();
        List<String> lines = List.of(
                "process.roles=broker,controller",
                "node.id=1",
                "listeners=PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller,
                "advertised.listeners=PLAINTEXT://127.0.0.1:" + port,
                "controller.listener.names=CONTROLLER",
                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "controller.quorum.bootstrap.servers=127.0.0.1:" + controller,
                "log.dirs=" + directory.resolve("kafka"),
                "offsets.topic.replication.factor=1",
                "offsets.topic.num.partitions=4",
                "transaction.state.log.replication.factor=1",
                "transaction.state.log.num.partitions=4",
                "transaction.state.log.min.isr=1",
                "group.initial.rebalance.delay.ms=0");
        try {
            Path properties = Files.write(directory.resolve("kafka.properties"), lines);
            List<String> format = Program.java(
                    "peer",
                    "kafka.tools.StorageTool",
                    "format",
                    "--standalone",
                    "-t",
                    CLUSTER,
                    "-c",
                    properties.toString());
            Program.run(directory, Clients.LIMIT, format).succeeded();
            return new ApacheKafka(
                    port, Program.start(directory, Program.java("peer", "kafka.Kafka", properties.toString())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it accepts connections. */
    int awaitPort() {
        await().atMost(Clients.LIMIT).until(this::listens);
        return port;
    }

    private boolean listens() {
        if (!broker.isAlive()) throw new AssertionError(broker.everything());
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        broker.close();
    }
}

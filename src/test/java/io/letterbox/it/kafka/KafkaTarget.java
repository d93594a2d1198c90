package io.letterbox.it.kafka;

import io.letterbox.it.ServerProcess;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The server of a test of the Kafka protocol: a process of its own or, if {@code -Dletterbox.bootstrap} names one, a
 * running broker that the test does not control.
 *
 * @param bootstrap the clients' {@code bootstrap.servers}
 * @param process the server, if it is ours
 */
record KafkaTarget(String bootstrap, Optional<ServerProcess> process) implements AutoCloseable {
    /** Starts a server with its data below a directory. */
    static KafkaTarget start(Path directory) {
        String running = System.getProperty("letterbox.bootstrap", "");
        if (!running.isEmpty()) {
            return new KafkaTarget(running, Optional.empty());
        }
        // Kafka's default waits for more members; in a test none comes late.
        ServerProcess server = ServerProcess.in(directory)
                .set("groups.initialRebalanceDelayMs", 0)
                .start();
        return new KafkaTarget(server.bootstrap(), Optional.of(server));
    }

    /** The directory of a partition; for another broker below {@code -Dletterbox.bootstrapData}, else unknown. */
    Optional<Path> files(String topic, int partition) {
        if (process.isPresent()) {
            return Optional.of(process.get().partitionDir(topic, partition));
        }
        return Optional.ofNullable(System.getProperty("letterbox.bootstrapData"))
                .map(data -> Path.of(data, topic + "-" + partition));
    }

    /** The server's output, for the messages of failed tests. */
    String output() {
        return process.map(ServerProcess::output).orElse("");
    }

    @Override
    public void close() {
        process.ifPresent(ServerProcess::close);
    }
}

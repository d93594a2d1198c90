package io.letterbox.it.kafka;

import io.letterbox.it.ServerProcess;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The server that a test of the Kafka door talks to: a process of its own, or, where {@code -Dletterbox.bootstrap} names
 * one, a broker that runs already and that the test leaves alone.
 *
 * @param bootstrap what clients are given as {@code bootstrap.servers}
 * @param process the server, where it is ours
 */
record KafkaTarget(String bootstrap, Optional<ServerProcess> process) implements AutoCloseable {
    /** Starts a server whose data live below a directory. */
    static KafkaTarget start(Path directory) {
        String running = System.getProperty("letterbox.bootstrap", "");
        if (!running.isEmpty()) {
            return new KafkaTarget(running, Optional.empty());
        }
        // Kafka's default waits for members that may still come; nobody comes late in a test.
        ServerProcess server = ServerProcess.in(directory)
                .set("groups.initialRebalanceDelayMs", 0)
                .start();
        return new KafkaTarget(server.bootstrap(), Optional.of(server));
    }

    /** Where a partition's files are; for a foreign broker below {@code -Dletterbox.bootstrapData}, else unknown. */
    Optional<Path> files(String topic, int partition) {
        if (process.isPresent()) {
            Path topics = process.get().dataDir().resolve("topics");
            return Optional.of(topics.resolve(topic).resolve(Integer.toString(partition)));
        }
        return Optional.ofNullable(System.getProperty("letterbox.bootstrapData"))
                .map(data -> Path.of(data, topic + "-" + partition));
    }

    /** What the server printed, for the message of a test that fails. */
    String output() {
        return process.map(ServerProcess::output).orElse("");
    }

    @Override
    public void close() {
        process.ifPresent(ServerProcess::close);
    }
}

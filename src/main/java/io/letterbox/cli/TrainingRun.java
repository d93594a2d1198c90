package io.letterbox.cli;

import io.letterbox.config.ConfigException;
import io.letterbox.config.ConfigLoader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * Runs everything that a server and its clients usually do, once, in a temporary directory and on a free port. The
 * launcher has the JVM record the classes that this loads, so that the next start need not find and verify them. It
 * also tells whether a server works on this machine at all.
 */
@Command(
        name = "rehearse",
        hidden = true,
        header = "Run a server in a temporary directory, publish, read, and stop: a short check that everything works.")
final class TrainingRun implements Callable<Integer> {
    /** Enough for the JVM to know the hot methods, which it records, too (JEP 515). */
    private static final int PUBLISHES = 20_000;

    private static final int SUBSCRIBERS = 32;
    private static final int KAFKA_RECORDS = 100_000;

    private static final String NDJSON = "{\"a\":1}\n{\"a\":2}\n";

    private final Starter starter;

    TrainingRun(Starter starter) {
        this.starter = starter;
    }

    @Override
    public Integer call() throws Exception {
        Path directory = Files.createTempDirectory("letterbox-rehearsal");
        try {
            Starter.Running server = start(directory);
            try {
                runAll("http://127.0.0.1:" + server.httpPort());
                KafkaWarmUp.run("127.0.0.1:" + server.kafkaPort(), KAFKA_RECORDS);
            } finally {
                server.close();
            }
            new LogCommand(silent("")).verify(directory.resolve("data"), null, new JsonOption());
        } finally {
            delete(directory);
        }
        return ExitCode.OK;
    }

    private Starter.Running start(Path directory) throws Exception {
        Path file = Files.writeString(
                directory.resolve("letterbox.yaml"), "http: {port: 0}\nkafka: {port: 0}\nlog: {level: error}\n");
        try {
            return starter.start(
                    ConfigLoader.load(file, Map.of(), List.of("node.dataDir=" + directory.resolve("data"))));
        } catch (ConfigException e) {
            throw new AssertionError(e);
        }
    }

    private void runAll(String url) {
        run(url, "", "topics", "create", "spare");
        run(url, "", "topics", "delete", "spare", "--yes");
        run(url, "", "topics", "create", "rehearsal", "--config", "retention.ms=3600000");
        run(url, NDJSON, "publish", "rehearsal");
        run(url, "k:v\n", "publish", "rehearsal", "--key-separator", ":");
        run(url, "", "tail", "rehearsal", "--from", "earliest", "--max", "3", "--format", "json");
        run(url, "", "topics", "describe", "rehearsal");
        run(url, "", "topics", "list");
        ServerClient client = new ServerClient(java.net.URI.create(url));
        for (String path : List.of(
                "/",
                "/metrics",
                "/health/ready",
                "/cluster",
                "/topics/rehearsal/records?partition=0&offset=0&limit=2&wait=0")) {
            client.send(() -> client.request(path).GET(), true);
        }
        WarmUp.run(java.net.URI.create(url + "/topics/rehearsal"), PUBLISHES, SUBSCRIBERS);
    }

    private void run(String url, String input, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--server", url));
        int exitCode = Cli.run(all.toArray(String[]::new), starter, silent(input));
        if (exitCode != ExitCode.OK) {
            throw new Failure(exitCode, "the rehearsal failed at: letterbox " + String.join(" ", arguments));
        }
    }

    private static Terminal silent(String input) {
        OutputStream nowhere = OutputStream.nullOutputStream();
        InputStream typed = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        return Terminal.of(typed, nowhere, nowhere, false, false);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}

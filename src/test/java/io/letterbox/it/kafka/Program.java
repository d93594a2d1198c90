package io.letterbox.it.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Another program in a process with its output in files. {@link #close()} ends it if it still runs. Owned by the test's
 * thread.
 */
final class Program implements AutoCloseable {
    /** The exit status and the output. */
    record Outcome(List<String> command, int status, String output, String errors) {
        /** The output of a program that has to succeed. */
        String succeeded() {
            if (status != 0) {
                throw new AssertionError(this);
            }
            return output;
        }

        List<String> lines() {
            return succeeded().lines().toList();
        }

        @Override
        public String toString() {
            String said = command.stream()
                    .map(word -> word.length() > 300 ? "..." : word)
                    .collect(Collectors.joining(" "));
            return "status " + status + " of " + said + "\n" + output + errors;
        }
    }

    private static final Path CLIENTS = Path.of("src", "test", "clients").toAbsolutePath();
    private static final Path LISTS = Path.of("scripts", "kafka.d").toAbsolutePath();
    private static final Map<String, String> CLASS_PATHS = new ConcurrentHashMap<>();
    private static final Duration RESOLVE_LIMIT = Duration.ofMinutes(5);

    private final List<String> command;
    private final Path output;
    private final Path errors;
    private final Process process;

    private Program(Path directory, Path workingDirectory, Path input, List<String> command) throws IOException {
        this.command = command;
        output = Files.createTempFile(directory, "program-", ".out");
        errors = Files.createTempFile(directory, "program-", ".err");
        process = new ProcessBuilder(command)
                .directory(workingDirectory.toFile())
                .redirectInput(Redirect.from(input.toFile()))
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
    }

    /** Starts a program without input. */
    static Program start(Path directory, List<String> command) {
        return start(directory, Path.of("").toAbsolutePath(), Path.of("/dev/null"), command);
    }

    static Program start(Path directory, Path workingDirectory, Path input, List<String> command) {
        try {
            return new Program(directory, workingDirectory, input, command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a program to its end. */
    static Outcome run(Path directory, Duration limit, List<String> command) {
        try (Program program = start(directory, command)) {
            return program.await(limit);
        }
    }

    /** Runs a program with a text as its input. */
    static Outcome run(Path directory, Duration limit, String input, List<String> command) {
        try {
            Path text = Files.writeString(Files.createTempFile(directory, "program-", ".in"), input);
            try (Program program = start(directory, Path.of("").toAbsolutePath(), text, command)) {
                return program.await(limit);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Apache Kafka's programs are short-lived here, so the JVM's flags optimize the start. */
    static List<String> java(String classPath, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx384m",
                "-Dlog4j2.configurationFile=" + LISTS.resolve("log4j2.yaml"),
                "-cp",
                classPath(classPath)));
        command.addAll(List.of(arguments));
        return command;
    }

    /** One of Apache Kafka's tools, by the name of its class below {@code org.apache.kafka.tools}. */
    static List<String> tool(String name, String... arguments) {
        List<String> command = java("peer", name.startsWith("kafka.") ? name : "org.apache.kafka.tools." + name);
        command.addAll(List.of(arguments));
        return command;
    }

    /** A program of ours that uses a library outside our class path, run from its source. */
    static List<String> source(String classPath, String name, String... arguments) {
        List<String> command = java(classPath, CLIENTS.resolve(name).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    /** The directory of our programs that are not compiled with the tests. */
    static Path clients() {
        return CLIENTS;
    }

    private static String classPath(String name) {
        return CLASS_PATHS.computeIfAbsent(name, missing -> {
            Path directory = Path.of("target").toAbsolutePath();
            return run(
                            directory,
                            RESOLVE_LIMIT,
                            List.of(LISTS.resolve("classpath").toString(), missing))
                    .succeeded()
                    .strip();
        });
    }

    /** Waits for it to end by itself. */
    Outcome await(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("still runs after " + limit + ": " + outcome(-1));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return outcome(process.exitValue());
    }

    private Outcome outcome(int status) {
        return new Outcome(command, status, output(), read(errors));
    }

    /** What it has printed so far. */
    String output() {
        return read(output);
    }

    /** Its output and its errors so far, for the messages of failed tests. */
    String everything() {
        return outcome(-1).toString();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGTERM, and the outcome. */
    Outcome stop(Duration limit) {
        process.destroy();
        return await(limit);
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        kill();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

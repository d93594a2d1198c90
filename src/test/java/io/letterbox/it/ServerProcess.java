package io.letterbox.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Letterbox server in a process of its own, from the fat JAR and with the JVM of the tests. It keeps its ports and
 * its data directory over restarts, so that clients can reconnect.
 *
 * <p>Owned by the test's thread. {@link #close()} may be called in any state, twice, and from {@code @AfterAll}; a
 * shutdown hook ends what a test forgot, or what an interrupted build leaves behind.
 */
public final class ServerProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(40);
    private static final long POLL_MS = 20;
    private static final int LOWEST_PORT = 20_000;
    private static final int HIGHEST_PORT = 32_000;
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();
    private static final HttpClient PROBE =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
    }

    private final Path directory;
    private final int port = freePort();
    private final int kafkaPort = freePort();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> jvmFlags = new ArrayList<>(List.of("-Xmx512m"));
    private Path config;
    private int maxFiles;
    private boolean interruptible;
    private Process process;

    private ServerProcess(Path directory) {
        this.directory = directory;
        set("http.host", "127.0.0.1");
        set("http.port", port);
        set("kafka.port", kafkaPort);
        set("node.dataDir", dataDir());
        // No balancer has to notice that a test stops it.
        set("shutdown.notReadySeconds", 0);
    }

    /** A server that is not started yet; its data directory and its output are below a directory of the test. */
    public static ServerProcess in(Path directory) {
        return new ServerProcess(directory);
    }

    /** Overrides a setting, as {@code --set key=value} does. */
    public ServerProcess set(String key, Object value) {
        settings.put(key, value.toString());
        return this;
    }

    /** Uses a configuration file in place of the defaults; {@link #set} still overrides it. */
    public ServerProcess config(Path file) {
        config = file;
        return this;
    }

    /** Adds a flag for the JVM, after those that are there. */
    public ServerProcess jvm(String flag) {
        jvmFlags.add(flag);
        return this;
    }

    /** The flags for the JVM, for {@link #jvmFlags(List)}. */
    public List<String> jvmFlags() {
        return List.copyOf(jvmFlags);
    }

    /** Replaces the flags for the JVM from the next start on. */
    public ServerProcess jvmFlags(List<String> flags) {
        jvmFlags.clear();
        jvmFlags.addAll(flags);
        return this;
    }

    /** Sets the limit of open files, sockets included. */
    public ServerProcess maxFiles(int count) {
        maxFiles = count;
        return this;
    }

    /** Makes it receive SIGINT, also if the tests run in the background, where shells have their children ignore it. */
    public ServerProcess interruptible() {
        interruptible = true;
        return this;
    }

    /** Gives it too little memory for the data of misbehaving clients, and ends it when it runs out. */
    public ServerProcess littleMemory() {
        return jvm("-Xmx96m").jvm("-XX:MaxDirectMemorySize=64m").jvm("-XX:+ExitOnOutOfMemoryError");
    }

    /** Starts the server and waits until it is ready. */
    public ServerProcess start() {
        launch();
        awaitReady();
        return this;
    }

    /** Starts the server without waiting, for tests that interfere with the start. */
    public ServerProcess launch() {
        if (isAlive()) {
            throw new IllegalStateException("it runs already, pid " + pid());
        }
        try {
            Files.createDirectories(directory);
            process = new ProcessBuilder(command())
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(outputFile().toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        RUNNING.add(process);
        return this;
    }

    private List<String> command() {
        Path jar = jar();
        List<String> command = new ArrayList<>();
        if (interruptible) command.addAll(List.of("env", "--default-signal=INT"));
        if (maxFiles > 0) command.addAll(List.of("sh", "-c", "ulimit -n " + maxFiles + " && exec \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ClassArchive.FLAGS);
        command.addAll(jvmFlags);
        command.addAll(List.of("-jar", jar.toString(), "serve"));
        if (config != null) {
            command.addAll(List.of("--config", config.toString()));
        }
        settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
        return command;
    }

    /** The JAR under test; fails with the command that builds it if there is none. */
    public static Path jar() {
        Path jar = Path.of(System.getProperty("letterbox.jar", "target/letterbox.jar"))
                .toAbsolutePath();
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(jar + " is missing: mvn -DskipTests package makes it");
        }
        return jar;
    }

    /** Waits until {@code /health/ready} answers 200; fails with the server's output if it exits before. */
    public void awaitReady() {
        long giveUp = System.nanoTime() + START_LIMIT.toNanos();
        while (System.nanoTime() < giveUp) {
            if (!isAlive()) {
                throw new IllegalStateException("the server ended with " + process.exitValue() + ":\n" + output());
            }
            if (isReady()) {
                return;
            }
            pause();
        }
        throw new IllegalStateException("not ready after " + START_LIMIT + ":\n" + output());
    }

    private boolean isReady() {
        HttpRequest request = HttpRequest.newBuilder(base().resolve("/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return PROBE.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false; // Nothing listens yet.
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** SIGKILL: no shutdown hook runs, nothing is flushed. Returns when the process is gone. */
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** SIGTERM, and waits for the drain. Returns the exit status. */
    public int stop() {
        terminate();
        return awaitExit();
    }

    /** SIGTERM without waiting, for tests that watch the drain. */
    public void terminate() {
        process.destroy();
    }

    /** Kills it if it runs, and starts it again on the same data directory and port. */
    public ServerProcess restart() {
        if (isAlive()) {
            kill();
        }
        return start();
    }

    /** Waits for the process to end by itself; returns its exit status. */
    public int awaitExit() {
        try {
            if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("still running after " + STOP_LIMIT + ":\n" + output());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        RUNNING.remove(process);
        return process.exitValue();
    }

    /** True from {@link #launch} to the end of the process. */
    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** {@code http://127.0.0.1:<port>}, the same over restarts. */
    public URI base() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** The port of the HTTP server. */
    public int port() {
        return port;
    }

    /** The port of the Kafka server. */
    public int kafkaPort() {
        return kafkaPort;
    }

    /** The address for Kafka clients, the same over restarts: {@code 127.0.0.1:<port>}. */
    public String bootstrap() {
        return "127.0.0.1:" + kafkaPort;
    }

    /** The process id of the latest start. */
    public long pid() {
        return process.pid();
    }

    /** The server's data directory. */
    public Path dataDir() {
        return directory.resolve("data").toAbsolutePath();
    }

    /**
     * Where the files of a partition are, whose directory says the topic's name; where nothing is, if there is none.
     */
    public Path partitionDir(String topic, int partition) {
        try (Stream<Path> directories = Files.find(
                dataDir().resolve("shards"), 2, (path, of) -> path.toString().endsWith("-" + partition))) {
            return directories
                    .filter(directory -> says(directory, "topic: " + topic))
                    .findFirst()
                    .orElse(dataDir().resolve("no").resolve(topic + "-" + partition));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean says(Path directory, String line) {
        try {
            return Files.readAllLines(directory.resolve("partition.metadata")).contains(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything that all starts have printed so far, standard output and error together. */
    public String output() {
        try {
            return Files.exists(outputFile()) ? Files.readString(outputFile(), StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A page of the server, or the failure to get it: for the messages of failed tests. */
    public String page(String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(base().resolve(path))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return PROBE.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e.toString();
        }
    }

    private Path outputFile() {
        return directory.resolve("server-output.txt");
    }

    /** Kills the process if it runs. */
    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
            awaitExit();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A port that is free now. It is below the range that the system uses for outgoing connections: a client that
     * connects to a port in that range while the server is down may be connected to itself, and then occupies the port
     * when the server needs it again.
     */
    public static int freePort() {
        for (int tries = 0; tries < 1000; tries++) {
            int candidate = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
            try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                continue; // Taken: the next one.
            }
        }
        throw new IllegalStateException("no free port between " + LOWEST_PORT + " and " + HIGHEST_PORT);
    }
}

package io.letterbox.it;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A browser or a proxy: another program that runs until it is ended, with all of its output in one file. Owned by the
 * test's thread; a shutdown hook ends what a test forgot, or what an interrupted build leaves behind.
 */
final class ForeignProcess implements AutoCloseable {
    private static final long STOP_LIMIT_SECONDS = 15;
    private static final Set<ForeignProcess> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(ForeignProcess::killAll)));
    }

    private final Path output;
    private final Process process;

    private ForeignProcess(Path output, Process process) {
        this.output = output;
        this.process = process;
        RUNNING.add(this);
    }

    /**
     * Starts a program without waiting for anything.
     *
     * @param directory its working and home directory, which also gets its output
     */
    static ForeignProcess start(Path directory, List<String> command) {
        Path output = directory.resolve("output.txt");
        try {
            Files.createDirectories(directory);
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
            builder.environment().put("HOME", directory.toString());
            return new ForeignProcess(output, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The path of the first of some programs that is installed; fails with the packages to install if none is. */
    static String find(String packages, String... names) {
        // Users other than root seldom have the last two in their PATH, in which Debian installs servers.
        List<String> directories = new ArrayList<>(List.of(System.getenv("PATH").split(File.pathSeparator)));
        directories.addAll(List.of("/usr/sbin", "/usr/local/sbin"));
        return Stream.of(names)
                .flatMap(name -> directories.stream().map(directory -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        String.join(" or ", names) + " is not on the PATH: apt-get install " + packages));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Everything it has printed so far. */
    String output() {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void killAll() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** Asks it to end, and kills it if it does not. Returns when it and all of its children are gone. */
    @Override
    public void close() {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        process.destroy();
        try {
            ended(all).get(STOP_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException stillThere) {
            all.forEach(ProcessHandle::destroyForcibly);
            ended(all).join();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        RUNNING.remove(this);
    }

    private static CompletableFuture<Void> ended(List<ProcessHandle> processes) {
        return CompletableFuture.allOf(
                processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new));
    }
}

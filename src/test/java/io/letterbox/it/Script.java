package io.letterbox.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs one of the project's scripts to its end, in the project's directory. */
final class Script {
    /** The exit status, and all output, standard output and error together. */
    record Outcome(int status, String output) {}

    private Script() {}

    /**
     * Runs {@code scripts/<name>}.
     *
     * @param directory for its output; a file and not a pipe, so that a long output cannot block it
     */
    static Outcome run(Path directory, Duration limit, String name, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of("scripts", name).toAbsolutePath().toString());
        command.addAll(List.of(arguments));
        Path output = directory.resolve(name + "-output.txt");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroy);
                process.destroy();
                throw new IllegalStateException(
                        command + " still runs after " + limit + ":\n" + Files.readString(output));
            }
            return new Outcome(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

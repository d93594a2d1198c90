package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command of the README and of the pages after it, one after the other as a newcomer would, against one server.
 */
class ReadmeIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** In the order in which they are read: commands rest on what those before them have made. */
    private static final List<String> PAGES = List.of(
            "README.md",
            "docs/guarantees.md",
            "docs/http.md",
            "docs/kafka.md",
            "docs/operations.md",
            "docs/metrics.md");

    /** Its commands need root, a systemd or a container engine. */
    private static final String INSTALLATION = "docs/install.md";

    /** Commands that other tests run: the launcher, the demonstration, Kafka's own tools, the benchmarks. */
    private static final Pattern ELSEWHERE =
            Pattern.compile("scripts/(test|demo|bench|letterbox( serve.*)? *(#.*)?$).*|kafka-.*\\.sh .*");

    private static final Pattern JOINS = Pattern.compile("\\?group=auditors|tail .*--group auditors");

    @TempDir
    private Path directory;

    @Test
    void everyCommandDoesWhatItSays() throws Exception {
        List<String> commands = new ArrayList<>();
        for (String page : PAGES) commands.addAll(commands(Files.readString(Path.of(page))));
        assertThat(commands).hasSizeGreaterThan(20);
        assertThat(commands).anyMatch(command -> command.contains("| kcat"));
        try (ServerProcess server = ServerProcess.in(directory).start()) {
            for (String command : commands) run(server, command);
            // The example prints where the first record was written; no record before it has that offset.
            assertThat(server.page("/topics/payments/records?partition=0&offset=0&limit=1"))
                    .contains("A-17", "\\\"amount\\\":120");
        }
    }

    @Test
    void noPageWithCommandsIsLeftOut() throws Exception {
        try (Stream<Path> files = Files.list(Path.of("docs"))) {
            for (Path page :
                    files.filter(file -> file.toString().endsWith(".md")).toList()) {
                if (PAGES.contains(page.toString()) || page.equals(Path.of(INSTALLATION))) continue;
                assertThat(commands(Files.readString(page))).as(page.toString()).isEmpty();
            }
        }
    }

    /** The lines of all shell blocks; a line that ends with a pipe continues in the next. */
    private static List<String> commands(String text) {
        List<String> commands = new ArrayList<>();
        for (String block : text.split("(?m)^```")) {
            if (!block.startsWith("sh\n")) continue;
            String joined = block.substring(3).replace("|\n", "|");
            for (String line : joined.split("\n")) {
                if (line.isBlank()
                        || line.startsWith("#")
                        || ELSEWHERE.matcher(line).matches()) continue;
                commands.add(line.strip());
            }
        }
        return commands;
    }

    private void run(ServerProcess server, String command) throws IOException, InterruptedException {
        String here = command.replace("localhost:8080", "127.0.0.1:" + server.port())
                .replace("localhost:9092", server.bootstrap())
                // A refused request is to fail.
                .replaceAll("\\bcurl ", "curl -sS --fail-with-body ")
                .replace(
                        "scripts/letterbox",
                        Path.of(System.getProperty("java.home"), "bin", "java") + " -Xmx128m -jar "
                                + ServerProcess.jar());
        Path output = Files.createTempFile(directory, "output", "");
        ProcessBuilder shell = new ProcessBuilder("bash", "-o", "pipefail", "-c", here)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        shell.environment().put("LETTERBOX_SERVER", server.base().toString());
        Process process = shell.start();
        try {
            if (command.startsWith("curl -N")) {
                // The command runs until it is interrupted.
                await(command).atMost(LIMIT).until(() -> Files.readString(output)
                        .contains("data:"));
                assertThat(process.isAlive()).as(command).isTrue();
            } else {
                assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                        .as(command)
                        .isTrue();
                assertThat(process.exitValue())
                        .as(command + "\n" + Files.readString(output))
                        .isZero();
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        // A person does not notice the time until an interrupted reader has left its group.
        if (JOINS.matcher(command).find()) {
            await().atMost(LIMIT).until(() -> server.page("/groups/auditors").contains("\"members\":[]"));
        }
    }
}

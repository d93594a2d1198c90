package io.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.config.LetterboxConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CliTest {
    private final Screen screen = new Screen();
    private final AtomicReference<LetterboxConfig> started = new AtomicReference<>();

    @TempDir
    Path directory;

    @Test
    void saysItsVersion() {
        assertThat(run("version")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).matches("letterbox \\S+ \\(Java \\S+\\)\n");
    }

    @Test
    void saysItsVersionAsJson() {
        assertThat(run("version", "--json")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).matches("\\{\"version\":\"[^\"]+\",\"java\":\"[^\"]+\"}\n");
    }

    @Test
    void withoutACommandShowsAllCommandsAndExitCodes() {
        assertThat(run()).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("serve ", "version ", "To begin:", "the server refused");
        assertThat(screen.out()).isEmpty();
    }

    @Test
    void helpIsAResultAndNotAFailure() {
        assertThat(run("--help")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).contains("Commands:");
        assertThat(run("serve", "--help")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).contains("Usage: letterbox serve", "--config=FILE");
        assertThat(screen.err()).isEmpty();
    }

    @Test
    void anUnknownCommandGetsTheNearestOne() {
        assertThat(run("sevre")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("sevre").contains("Did you mean").contains("serve");
    }

    @Test
    void anUnknownOptionGetsAHint() {
        assertThat(run("serve", "--confg", "x")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("--confg").contains("--config").contains("letterbox serve --help");
    }

    @Test
    void serveStartsAServerWithTheSettingsAndWaitsForItsEnd() throws IOException {
        Path file = Files.writeString(directory.resolve("my.yaml"), "http: {port: 1, maxConnections: 5}\n");

        assertThat(run("serve", "--config", file.toString(), "--set", "http.port=0", "-s", "node.id=9"))
                .isEqualTo(17);
        assertThat(started.get().http().port()).isZero();
        assertThat(started.get().http().maxConnections()).isEqualTo(5);
        assertThat(started.get().node().id()).isEqualTo(9);
    }

    @Test
    void serveRefusesWrongSettingsBeforeAnythingStarts() {
        assertThat(run("serve", "--set", "http.port=-1", "--set", "htp.port=1")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err())
                .contains("letterbox: --set http.port=-1: http.port is -1; allowed is a whole number from 0 to 65535")
                .contains("letterbox: --set htp.port=1: unknown key htp.port; did you mean http.port?");
        assertThat(started.get()).isNull();
    }

    @Test
    void aServerThatCannotStartSaysWhy() {
        int exitCode = Cli.run(
                new String[] {"serve"},
                config -> {
                    throw new IOException("The data directory is in use.");
                },
                screen.terminal());

        assertThat(exitCode).isEqualTo(ExitCode.FAILED);
        assertThat(screen.err()).isEqualTo("letterbox: The data directory is in use.\n");
    }

    @Test
    void aFailureThatNobodyForesawShowsWhereItHappened() {
        int exitCode = Cli.run(
                new String[] {"serve"},
                config -> {
                    throw new IllegalStateException("oh");
                },
                screen.terminal());

        assertThat(exitCode).isEqualTo(ExitCode.FAILED);
        assertThat(screen.err()).contains("IllegalStateException: oh").contains("CliTest");
    }

    @Test
    void evenAnErrorEndsTheProcessWithAStatus() {
        int exitCode = Cli.run(
                new String[] {"serve"},
                config -> {
                    throw new AssertionError("never");
                },
                screen.terminal());

        assertThat(exitCode).isEqualTo(ExitCode.FAILED);
        assertThat(screen.err()).contains("AssertionError: never");
    }

    private int run(String... args) {
        return Cli.run(args, this::start, screen.terminal());
    }

    private Starter.Running start(LetterboxConfig config) {
        started.set(config);
        return new Starter.Running() {
            @Override
            public int httpPort() {
                return 0;
            }

            @Override
            public int kafkaPort() {
                return 0;
            }

            @Override
            public int awaitStop() {
                return 17;
            }

            @Override
            public void close() {}
        };
    }
}

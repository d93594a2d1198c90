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
    void saysItsVersionAsAnOption() {
        for (String[] args :
                new String[][] {{"--version"}, {"-V"}, {"topics", "--version"}, {"topics", "list", "-V"}}) {
            Screen own = new Screen();
            assertThat(Cli.run(args, this::start, own.terminal())).isEqualTo(ExitCode.OK);
            assertThat(own.out()).matches("letterbox \\S+ \\(Java \\S+\\)\n");
        }
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
        assertThat(screen.err())
                .contains("there is no command sevre. Did you mean serve?")
                .contains("commands are clock, cluster, config, doctor, groups, log, publish, serve, status, tail,"
                        + " topics, version")
                .doesNotContain("rehearse");
    }

    /** Help for an unknown command is an error. */
    @Test
    void helpForAnUnknownCommandNamesThoseThatExist() {
        for (String[] args : new String[][] {{"bogus", "--help"}, {"--help", "bogus"}, {"help", "bogus"}}) {
            Screen own = new Screen();
            assertThat(Cli.run(args, this::start, own.terminal())).isEqualTo(ExitCode.USAGE);
            assertThat(own.err()).contains("there is no command bogus", "commands are clock,");
            assertThat(own.out()).isEmpty();
        }
        for (String[] args : new String[][] {{"topics", "lst"}, {"topics", "lst", "--help"}}) {
            Screen own = new Screen();
            assertThat(Cli.run(args, this::start, own.terminal())).isEqualTo(ExitCode.USAGE);
            assertThat(own.err())
                    .contains("there is no command lst. Did you mean list?")
                    .contains("commands are alter, create, delete, describe, list")
                    .contains("topics --help");
        }
    }

    @Test
    void everyCommandHasAHelpOfItsOwn() {
        for (String command : new String[] {
            "serve", "status", "cluster", "topics", "groups", "publish", "tail", "config", "log", "clock", "doctor",
            "version"
        }) {
            for (String[] args : new String[][] {{command, "--help"}, {"help", command}}) {
                Screen own = new Screen();
                assertThat(Cli.run(args, this::start, own.terminal())).isEqualTo(ExitCode.OK);
                assertThat(own.out()).contains("Usage: letterbox " + command).doesNotContain("ROOT-COMMAND");
                assertThat(own.err()).isEmpty();
            }
        }
    }

    @Test
    void aNameFromOutsideMovesNoCursor() {
        assertThat(run("\u001b[2J")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("there is no command \\u001b[2J").doesNotContain("\u001b");
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
    void settingsAreCheckedWithoutAStart() throws IOException {
        Path file = directory.resolve("my.yaml");
        Files.writeString(file, "http: {port: 1}\n");
        assertThat(run("config", "check", "-c", file.toString())).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).contains("The settings are sound: the file " + file);
        assertThat(run("config", "check", "-c", file.toString(), "--json")).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).contains("{\"sound\":true,\"problems\":[],\"warnings\":[");

        Files.writeString(file, "http: {prot: 1}\nnode: {id: x}\n");
        assertThat(run("config", "check", "-c", file.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err())
                .contains("letterbox: " + file + ", line 1: unknown key http.prot; did you mean http.port?")
                .contains("letterbox: " + file + ", line 2: node.id is \"x\"");
        assertThat(run("config", "check", "-c", file.toString(), "--json")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.out()).contains("\"sound\":false");
        assertThat(run("config", "check", "-c", directory.resolve("none.yaml").toString()))
                .isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("none.yaml: the file does not exist");
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

package io.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on the machine of the tests, of which little is known: it checks everything and changes nothing. */
class DoctorCommandTest {
    @TempDir
    Path directory;

    private final Screen screen = new Screen();

    @Test
    void looksAtEverythingAndLeavesNothingBehind() throws Exception {
        Path data = directory.resolve("data");
        int exitCode = run("doctor", "--set", "node.dataDir=" + data, "--json");
        JsonNode report = ServerClient.JSON.readTree(screen.out());
        List<String> subjects = new ArrayList<>();
        boolean sound = true;
        for (JsonNode finding : report.path("findings")) {
            subjects.add(finding.path("subject").asText());
            sound &= !finding.path("verdict").asText().equals("MEND");
        }
        assertThat(subjects)
                .containsExactly(
                        "descriptors",
                        "memory",
                        "disk writes",
                        "disk room",
                        "native code",
                        "codec gzip",
                        "codec snappy",
                        "codec lz4",
                        "codec zstd",
                        "kafka address",
                        "clock");
        assertThat(report.path("sound").asBoolean()).isEqualTo(sound);
        assertThat(exitCode).isEqualTo(sound ? ExitCode.OK : ExitCode.FAILED);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void namesWhatHasToBeMendedAndEndsWithAStatus() throws Exception {
        int exitCode = run(
                "doctor",
                "--set",
                "node.dataDir=" + directory,
                "--set",
                "kafka.advertisedHost=no.such.host.invalid",
                "--set",
                "kafka.host=0.0.0.0");
        assertThat(exitCode).isEqualTo(ExitCode.FAILED);
        assertThat(screen.out())
                .containsPattern("(?m)^mend  kafka address  clients are told to connect to no.such.host.invalid")
                .contains("Set kafka.advertisedHost");
    }

    @Test
    void wrongSettingsAreNamedFirst() {
        assertThat(run("doctor", "--set", "http.prot=1")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("http.prot");
    }

    private int run(String... arguments) {
        return Cli.run(arguments, config -> null, screen.terminal());
    }
}

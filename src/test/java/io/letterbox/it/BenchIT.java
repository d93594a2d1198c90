package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The benchmark still runs to its end and prints its table; the figures are not checked, because they have no meaning
 * here.
 */
class BenchIT {
    @TempDir
    private Path directory;

    @Test
    void theLoadGeneratorFindsWhatABadServerDoes() {
        Script.Outcome check = Script.run(directory, Duration.ofMinutes(5), "bench", "selfcheck");
        assertThat(check.status()).as(check.output()).isZero();
        assertThat(check.output().lines().filter(line -> line.endsWith("is found")))
                .hasSize(4);
    }

    @Test
    void everyCaseRunsAndLosesNothing() {
        Script.Outcome bench = Script.run(directory, Duration.ofMinutes(8), "bench", "all", "--quick");
        assertThat(bench.status()).as(bench.output()).isZero();
        List<String> rows =
                bench.output().lines().filter(line -> line.startsWith("| ")).toList();
        assertThat(rows)
                .anyMatch(row -> row.startsWith("| publish 100 B, 64 connections"))
                .anyMatch(row -> row.startsWith("| NDJSON"))
                .anyMatch(row -> row.contains("saturated"))
                .anyMatch(row -> row.contains("1,000 records/s"))
                .anyMatch(row -> row.contains("stalled subscribers"))
                .anyMatch(row -> row.startsWith("| start to first acknowledged record, empty"));
        assertThat(rows.stream()
                        .filter(row -> row.contains("lost, doubled")
                                || row.contains("never woke")
                                || row.contains("did not get there")))
                .hasSizeGreaterThanOrEqualTo(6)
                .allMatch(row -> row.endsWith("| met |"), "nothing is lost");
    }
}

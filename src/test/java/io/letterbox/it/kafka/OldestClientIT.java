package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The oldest client of the 3.x line: it uses older versions of most requests, and does not support KIP-890 and KIP-848.
 */
class OldestClientIT {
    @TempDir
    private Path directory;

    @Test
    void itProducesConsumesAdministersAndDoesTransactions() {
        try (KafkaTarget target = KafkaTarget.start(directory)) {
            Program.Outcome outcome = Program.run(
                    directory, Clients.LIMIT, Program.source("oldest", "OldestClient.java", target.bootstrap()));
            assertThat(outcome.status()).as("%s\n%s", outcome, target.output()).isZero();
            assertThat(outcome.output().lines())
                    .containsExactly(
                            "partitions 3",
                            "configs 7200000 90000",
                            "nodes 1",
                            "values 500",
                            "committed 500",
                            "state Empty",
                            "end true",
                            "fenced",
                            "moves committed,after it",
                            "done");
            // A current client can read what it wrote.
            assertThat(Clients.read(target.bootstrap(), "old")).hasSize(500);
        }
    }
}

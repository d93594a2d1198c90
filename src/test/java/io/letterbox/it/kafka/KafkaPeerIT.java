package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.it.ServerProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares Letterbox with Apache Kafka itself: both get the same requests, in every version, valid and invalid, and
 * give the same responses except for {@link KafkaPeerDifferences}.
 */
class KafkaPeerIT {
    /** With fewer responses, some of the requests were not sent. */
    private static final int ANSWERS = 1_500;

    @TempDir
    private Path directory;

    @Test
    void bothAnswerTheSame() {
        try (ApacheKafka kafka = ApacheKafka.start(directory);
                ServerProcess letterbox = ServerProcess.in(directory)
                        .set("node.id", 1)
                        .set("groups.partitions", 4)
                        .set("groups.initialRebalanceDelayMs", 0)
                        .set("transactions.partitions", 4)
                        .start();
                PeerSide theirs = new PeerSide(kafka.awaitPort());
                PeerSide ours = new PeerSide(letterbox.kafkaPort())) {
            PeerComparison peers = new PeerComparison(theirs, ours, KafkaPeerDifferences.ALLOWED);
            AdminQuestions.ask(peers);
            SwitchedOffQuestions.ask(peers);
            LogQuestions.ask(peers);
            GroupQuestions.ask(peers);
            TransactionQuestions.ask(peers);
            assertThat(peers.differences()).isEmpty();
            assertThat(peers.needless()).as("allowed to differ, and the same").isEmpty();
            assertThat(peers.answers()).isGreaterThan(ANSWERS);
        }
    }
}

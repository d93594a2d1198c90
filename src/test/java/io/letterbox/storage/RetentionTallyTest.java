package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.audit.Change;
import io.letterbox.record.TopicPartition;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RetentionTallyTest {
    private final RetentionTally tally = new RetentionTally();

    @Test
    void aTopicIsOneLineWhateverItsPartitions() {
        tally.removed(new TopicPartition("a", 0), "retention.ms 5", 10, 20, 100);
        tally.removed(new TopicPartition("b", 3), "retention.bytes 7", 0, 1, 10);
        tally.removed(new TopicPartition("a", 2), "retention.ms 5", 0, 5, 50);
        assertThat(tally.changes())
                .containsExactly(
                        new Change(
                                "topic",
                                "a",
                                "trimmed",
                                Map.of(
                                        "rule",
                                        "retention.ms 5",
                                        "partitions",
                                        "0: 10–19, 2: 0–4",
                                        "offsets",
                                        "15",
                                        "bytes",
                                        "150")),
                        new Change(
                                "topic",
                                "b",
                                "trimmed",
                                Map.of(
                                        "rule",
                                        "retention.bytes 7",
                                        "partitions",
                                        "3: 0–0",
                                        "offsets",
                                        "1",
                                        "bytes",
                                        "10")));
    }

    @Test
    void nothingIsSaidWhereNoBeginningHasMoved() {
        tally.removed(new TopicPartition("a", 0), "retention.ms 5", 10, 10, 100);
        assertThat(tally.changes()).isEmpty();
    }

    @Test
    void aRoundOfManyTopicsIsAFewLines() {
        for (int topic = 0; topic < 1000; topic++) {
            tally.removed(new TopicPartition("t" + topic, 0), "retention.ms 5", 0, 2, 3);
        }
        List<Change> changes = tally.changes();
        assertThat(changes).hasSize(RetentionTally.MAX_LINES + 1);
        assertThat(changes.get(RetentionTally.MAX_LINES).details())
                .isEqualTo(Map.of("topics", "980", "offsets", "1960", "bytes", "2940"));
    }
}

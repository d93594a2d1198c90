package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.it.History.Placed;
import io.letterbox.record.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The checker finds each kind of fault, without which its silence would prove nothing. */
class HistoryCheckerTest {
    private static final TopicPartition P0 = new TopicPartition("t", 0);
    private static final TopicPartition P1 = new TopicPartition("t", 1);

    private final History history = new History();

    @Test
    void aSoundHistoryHasNoComplaints() {
        acknowledge("p", at(P0, 0, "a"), at(P1, 0, "b"), at(P0, 2, "c"));
        deliver("r", at(P1, 0, "b"), at(P0, 0, "a"), at(P0, 1, "unacknowledged"), at(P0, 2, "c"));
        assertThat(complete(at(P0, 0, "a"), at(P0, 1, "unacknowledged"), at(P0, 2, "c"), at(P1, 0, "b")))
                .isEmpty();
    }

    @Test
    void aLostRecordIsFound() {
        acknowledge("p", at(P0, 0, "a"), at(P0, 1, "b"));
        assertThat(check(at(P0, 0, "a"))).singleElement().asString().startsWith("lost: t-0@1 'b'");
    }

    @Test
    void aRecordInAnotherPartitionIsLost() {
        acknowledge("p", at(P0, 0, "a"));
        assertThat(check(at(P1, 0, "a"))).singleElement().asString().startsWith("lost: t-0@0 'a'");
    }

    @Test
    void aDuplicateIsFound() {
        acknowledge("p", at(P0, 0, "a"));
        assertThat(check(at(P0, 0, "a"), at(P0, 1, "a")))
                .singleElement()
                .asString()
                .startsWith("twice in the log: t-0@1 'a'");
    }

    @Test
    void aDuplicateInAnotherPartitionIsFound() {
        acknowledge("p", at(P0, 0, "a"));
        assertThat(check(at(P0, 0, "a"), at(P1, 0, "a")))
                .singleElement()
                .asString()
                .startsWith("twice in the log");
    }

    @Test
    void aChangedRecordIsFound() {
        acknowledge("p", at(P0, 0, "a"));
        assertThat(check(at(P0, 0, "A")))
                .singleElement()
                .asString()
                .startsWith("changed: t-0@0 'a'")
                .endsWith("is now 'A'");
    }

    @Test
    void recordsThatChangedPlacesAreFound() {
        acknowledge("p", at(P0, 0, "a"), at(P0, 1, "b"));
        assertThat(check(at(P0, 0, "b"), at(P0, 1, "a")))
                .hasSize(2)
                .allMatch(complaint -> complaint.startsWith("changed"));
    }

    @Test
    void anOrderOtherThanThePublishersIsFound() {
        acknowledge("p", at(P0, 1, "first"), at(P0, 0, "second"));
        assertThat(check(at(P0, 0, "second"), at(P0, 1, "first")))
                .singleElement()
                .asString()
                .startsWith("out of order: p sent t-0@0 'second'");
    }

    @Test
    void aHoleInTheOffsetsIsFound() {
        assertThat(check(at(P0, 0, "a"), at(P0, 2, "c")))
                .singleElement()
                .asString()
                .startsWith("offset 1 expected");
    }

    @Test
    void anOffsetThatIsGivenTwiceIsFound() {
        assertThat(check(at(P0, 0, "a"), at(P0, 0, "b")))
                .singleElement()
                .asString()
                .startsWith("offset 1 expected");
    }

    @Test
    void aRecordThatIsTakenBackAfterItWasReadIsFound() {
        deliver("r", at(P0, 0, "a"), at(P0, 1, "never acknowledged"));
        assertThat(check(at(P0, 0, "a")))
                .singleElement()
                .asString()
                .startsWith("lost: t-0@1 'never acknowledged', read by r");
    }

    @Test
    void aRepeatedDeliveryIsFound() {
        deliver("r", at(P0, 0, "a"), at(P0, 1, "b"), at(P0, 1, "b"));
        assertThat(check(at(P0, 0, "a"), at(P0, 1, "b")))
                .singleElement()
                .asString()
                .startsWith("repeated or out of order: r got t-0@1 'b'");
    }

    @Test
    void aDeliveryInTheWrongOrderIsFound() {
        deliver("r", at(P0, 1, "b"), at(P0, 0, "a"));
        assertThat(check(at(P0, 0, "a"), at(P0, 1, "b")))
                .singleElement()
                .asString()
                .startsWith("repeated or out of order: r got t-0@0 'a'");
    }

    @Test
    void aReaderThatMissedAnAcknowledgedRecordIsFound() {
        acknowledge("p", at(P0, 0, "a"), at(P0, 1, "b"));
        deliver("r", at(P0, 1, "b"));
        assertThat(check(at(P0, 0, "a"), at(P0, 1, "b"))).isEmpty();
        assertThat(complete(at(P0, 0, "a"), at(P0, 1, "b"))).containsExactly("r never got t-0@0 'a'");
    }

    @Test
    void complaintsAreLimited() {
        for (int i = 0; i < 1000; i++) {
            acknowledge("p", at(P0, i, "v" + i));
        }
        assertThat(check()).hasSize(20);
    }

    private void acknowledge(String publisher, Placed... records) {
        List.of(records).forEach(record -> history.acknowledge(publisher, record));
    }

    private void deliver(String reader, Placed... records) {
        List.of(records).forEach(record -> history.deliver(reader, record));
    }

    private List<String> check(Placed... log) {
        return HistoryChecker.check(history, byPartition(log));
    }

    private List<String> complete(Placed... log) {
        return HistoryChecker.checkComplete(history, byPartition(log));
    }

    private static Map<TopicPartition, List<Placed>> byPartition(Placed... records) {
        Map<TopicPartition, List<Placed>> log = new java.util.TreeMap<>(
                java.util.Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
        List.of(records).forEach(record -> log.computeIfAbsent(record.partition(), p -> new ArrayList<>())
                .add(record));
        return log;
    }

    private static Placed at(TopicPartition partition, long offset, String value) {
        return new Placed(partition, offset, value);
    }
}

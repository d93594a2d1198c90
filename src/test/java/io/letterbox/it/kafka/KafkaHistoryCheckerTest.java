package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.it.kafka.KafkaHistory.Commit;
import io.letterbox.it.kafka.KafkaHistory.Outcome;
import io.letterbox.it.kafka.KafkaHistory.Placed;
import io.letterbox.it.kafka.KafkaHistory.Sent;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each anomaly in a made-up history that has it and nothing else: a checker that cannot find it proves nothing. */
class KafkaHistoryCheckerTest {
    private static final TopicPartition P0 = new TopicPartition("t", 0);
    private static final TopicPartition P1 = new TopicPartition("t", 1);

    private final KafkaHistory history = new KafkaHistory();

    @BeforeEach
    void twoMembersAndOneByItself() {
        history.reader("m1", "g");
        history.reader("m2", "g");
        history.reader("alone", null);
    }

    @Test
    void aSoundHistoryHasNoComplaints() {
        write("p", at(P0, 0, "a"));
        write("p", at(P0, 1, "b"));
        transaction("t1", Outcome.COMMITTED, at(P1, 0, "x"), at(P0, 2, "y"));
        transaction("t2", Outcome.ABORTED, at(P1, 2, "z"));
        // Sent again after the abort, and committed at another offset.
        transaction("t3", Outcome.COMMITTED, at(P1, 4, "z"));
        transaction("t4", Outcome.UNKNOWN, at(P1, 6, "perhaps"));
        give("m1", at(P0, 0, "a"));
        commit(P0, 1);
        history.reposition("m2", P0);
        give("m2", at(P0, 1, "b"), at(P0, 2, "y"));
        commit(P0, 3);
        give("m1", at(P1, 0, "x"), at(P1, 4, "z"));
        give("alone", at(P0, 0, "a"), at(P0, 1, "b"), at(P0, 2, "y"), at(P1, 0, "x"), at(P1, 4, "z"));
        List<Placed> log = List.of(at(P0, 0, "a"), at(P0, 1, "b"), at(P0, 2, "y"), at(P1, 0, "x"), at(P1, 4, "z"));
        assertThat(KafkaHistoryChecker.checkComplete(history, log, Map.of("g", Map.of(P0, 3L))))
                .isEmpty();
    }

    @Test
    void aMemberThatStartsOverAtTheCommittedPositionIsSound() {
        write("p", at(P0, 0, "a"));
        give("m1", at(P0, 0, "a"));
        history.reposition("m1", P0);
        give("m1", at(P0, 0, "a"));
        assertThat(check(at(P0, 0, "a"))).isEmpty();
    }

    @Test
    void lostWrite() {
        write("p", at(P0, 0, "a"));
        write("p", at(P0, 1, "b"));
        assertOnly("lost-write", check(at(P0, 0, "a")));
    }

    @Test
    void lostWriteOfACommittedTransaction() {
        transaction("t1", Outcome.COMMITTED, at(P0, 0, "a"), at(P1, 0, "b"));
        assertOnly("lost-write", check(at(P0, 0, "a")));
    }

    @Test
    void whatNobodyAcknowledgedMayBeThereOrNot() {
        history.send("p", new Sent(P0, "a", null));
        transaction("t1", Outcome.UNKNOWN, at(P0, 1, "b"));
        assertThat(check()).isEmpty();
        assertThat(check(at(P0, 0, "a"), at(P0, 1, "b"))).isEmpty();
    }

    @Test
    void duplicate() {
        history.send("p", new Sent(P0, "a", null));
        assertOnly("duplicate", check(at(P0, 0, "a"), at(P0, 1, "a")));
        assertOnly("duplicate", check(at(P0, 0, "a"), at(P1, 0, "a")));
    }

    @Test
    void inconsistentOffsetsOfAnAcknowledgement() {
        write("p", at(P0, 5, "a"));
        assertOnly("inconsistent-offsets", check(at(P0, 6, "a")));
    }

    @Test
    void inconsistentOffsetsOfAPoll() {
        give("alone", at(P0, 0, "a"));
        assertOnly("inconsistent-offsets", check(at(P0, 0, "b")));
    }

    @Test
    void whatWasReadIsTakenBack() {
        give("alone", at(P0, 0, "a"));
        assertOnly("inconsistent-offsets", check());
    }

    @Test
    void oneOffsetTwiceInTheLog() {
        assertOnly("inconsistent-offsets", check(at(P0, 0, "a"), at(P0, 0, "b")));
    }

    @Test
    void nonmonotonicSend() {
        write("p", at(P0, 1, "first"));
        write("p", at(P0, 0, "second"));
        assertOnly("nonmonotonic-send", check(at(P0, 0, "second"), at(P0, 1, "first")));
    }

    @Test
    void pollSkip() {
        give("alone", at(P0, 0, "a"), at(P0, 2, "c"));
        assertOnly("poll-skip", check(at(P0, 0, "a"), at(P0, 1, "b"), at(P0, 2, "c")));
        assertThat(check(at(P0, 0, "a"), at(P0, 2, "c")))
                .as("a marker lies between them")
                .isEmpty();
    }

    @Test
    void nonmonotonicPoll() {
        give("alone", at(P0, 0, "a"), at(P0, 1, "b"), at(P0, 1, "b"));
        assertOnly("nonmonotonic-poll", check(at(P0, 0, "a"), at(P0, 1, "b")));
    }

    @Test
    void abortedRead() {
        transaction("t1", Outcome.ABORTED, at(P0, 0, "a"));
        give("alone", at(P0, 0, "a"));
        assertOnly("G1a", check());
    }

    @Test
    void abortedAndInTheLog() {
        transaction("t1", Outcome.ABORTED, at(P0, 0, "a"));
        assertOnly("G1a", check(at(P0, 0, "a")));
    }

    @Test
    void committedAheadOfDelivered() {
        give("m1", at(P0, 0, "a"));
        commit(P0, 2);
        give("m1", at(P0, 1, "b"));
        assertOnly("committed-ahead-of-delivered", check(at(P0, 0, "a"), at(P0, 1, "b")));
    }

    @Test
    void committedAheadAsTheServerTellsIt() {
        give("m1", at(P0, 0, "a"));
        List<String> complaints = KafkaHistoryChecker.checkComplete(
                history, List.of(at(P0, 0, "a"), at(P0, 1, "b")), Map.of("g", Map.of(P0, 2L)));
        assertThat(complaints).anyMatch(complaint -> complaint.startsWith("committed-ahead-of-delivered"));
    }

    @Test
    void lostCommit() {
        give("m1", at(P0, 0, "a"));
        commit(P0, 1);
        List<Placed> log = List.of(at(P0, 0, "a"));
        assertOnly("lost-commit", KafkaHistoryChecker.checkComplete(history, log, Map.of("g", Map.of(P0, 0L))));
        assertOnly("lost-commit", KafkaHistoryChecker.checkComplete(history, log, Map.of("g", Map.of())));
        assertThat(KafkaHistoryChecker.checkComplete(history, log, Map.of("g", Map.of(P0, 1L))))
                .isEmpty();
    }

    @Test
    void unseen() {
        give("alone", at(P0, 0, "a"));
        List<Placed> log = List.of(at(P0, 0, "a"), at(P0, 1, "b"));
        assertThat(KafkaHistoryChecker.check(history, log)).isEmpty();
        assertOnly("unseen", KafkaHistoryChecker.checkComplete(history, log, Map.of()));
    }

    @Test
    void complaintsAreLimited() {
        for (int i = 0; i < 1000; i++) write("p", at(P0, i, "v" + i));
        assertThat(check()).hasSize(20);
    }

    private static void assertOnly(String anomaly, List<String> complaints) {
        assertThat(complaints).isNotEmpty().allMatch(complaint -> complaint.startsWith(anomaly + ": "));
    }

    private void write(String producer, Placed record) {
        history.send(producer, new Sent(record.partition(), record.value(), null));
        history.acknowledge(record);
    }

    private void transaction(String name, Outcome outcome, Placed... records) {
        for (Placed record : records) {
            history.send("clerk-" + name, new Sent(record.partition(), record.value(), name));
            history.acknowledge(record);
        }
        history.end(name, outcome);
    }

    private void give(String reader, Placed... records) {
        for (Placed record : records) history.poll(reader, record);
    }

    private void commit(TopicPartition partition, long offset) {
        history.commit("g", new Commit(history.tick(), partition, offset, true));
    }

    private List<String> check(Placed... log) {
        return KafkaHistoryChecker.check(history, List.of(log));
    }

    private static Placed at(TopicPartition partition, long offset, String value) {
        return new Placed(partition, offset, value);
    }
}

package io.letterbox.it.kafka;

import io.letterbox.it.kafka.KafkaHistory.Commit;
import io.letterbox.it.kafka.KafkaHistory.Outcome;
import io.letterbox.it.kafka.KafkaHistory.Placed;
import io.letterbox.it.kafka.KafkaHistory.Polled;
import io.letterbox.it.kafka.KafkaHistory.Repositioned;
import io.letterbox.it.kafka.KafkaHistory.Sent;
import io.letterbox.it.kafka.KafkaHistory.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Holds a history of Kafka clients against the log that a recovered server shows to a committed reader. Pure: the same
 * history gives the same complaints, each with the name that Jepsen gives the anomaly in its queue workload.
 *
 * <ul>
 *   <li>{@code lost-write}: acknowledged, or sent in a transaction that was committed, and not in the log.
 *   <li>{@code duplicate}: one value at two places of the log.
 *   <li>{@code inconsistent-offsets}: two observers saw different values at one offset, or one value at two.
 *   <li>{@code nonmonotonic-send}: a producer's records of one partition lie in another order than it sent them.
 *   <li>{@code poll-skip}: a reader passed over a record. {@code nonmonotonic-poll}: it was given one again, or an
 *       earlier one.
 *   <li>{@code G1a}: a committed reader was given a record of which every transaction was aborted.
 *   <li>{@code unseen}: nobody of a group, or not a reader that reads by itself, was given a record of the log.
 *   <li>{@code committed-ahead-of-delivered}: a group committed a position behind a record that none of it had been
 *       given.
 *   <li>{@code lost-commit}: the group's position is before one whose commit was acknowledged.
 * </ul>
 */
final class KafkaHistoryChecker {
    private static final int MOST_COMPLAINTS = 20;

    private final KafkaHistory history;

    /** The outcomes of the transactions in which a value was sent; a value that was never in one is missing. */
    private final Map<String, Set<Outcome>> fates;

    private final Map<TopicPartition, NavigableMap<Long, String>> log = new HashMap<>();
    private final Map<String, List<Placed>> places = new HashMap<>();
    private final List<String> complaints = new ArrayList<>();

    private KafkaHistoryChecker(KafkaHistory history, List<Placed> records) {
        this.history = history;
        this.fates = fates(history);
        for (Placed record : records) {
            String other = offsets(record.partition()).put(record.offset(), record.value());
            if (other != null) complain("inconsistent-offsets: " + record + " and '" + other + "' in the log");
            places.computeIfAbsent(record.value(), value -> new ArrayList<>()).add(record);
        }
    }

    /**
     * Checks what can be checked while readers may still be reading.
     *
     * @param log the records for a committed reader, from the first to the last offset
     */
    static List<String> check(KafkaHistory history, List<Placed> log) {
        KafkaHistoryChecker checker = new KafkaHistoryChecker(history, log);
        checker.checkWrites();
        checker.checkOrder();
        history.readers().forEach(checker::checkPolls);
        history.commits().forEach(checker::checkCommits);
        return checker.complaints;
    }

    /**
     * Checks also that every reader has received everything, and that commits were kept.
     *
     * @param committed each group's position by partition, as the server tells it
     */
    static List<String> checkComplete(
            KafkaHistory history, List<Placed> log, Map<String, Map<TopicPartition, Long>> committed) {
        KafkaHistoryChecker checker = new KafkaHistoryChecker(history, log);
        checker.complaints.addAll(check(history, log));
        checker.checkEverythingSeen();
        committed.forEach(checker::checkPositions);
        return checker.complaints;
    }

    private NavigableMap<Long, String> offsets(TopicPartition partition) {
        return log.computeIfAbsent(partition, missing -> new TreeMap<>());
    }

    private void complain(String complaint) {
        if (complaints.size() < MOST_COMPLAINTS) complaints.add(complaint);
    }

    private void checkWrites() {
        places.forEach((value, where) -> {
            if (where.size() > 1) complain("duplicate: " + where);
        });
        Map<String, Placed> acknowledged = history.acknowledged();
        history.sent().values().stream()
                .flatMap(List::stream)
                .forEach(sent -> checkWritten(sent, acknowledged.keySet()));
        acknowledged.forEach((value, placed) -> {
            // After an abort, the value is sent again and has another position.
            boolean once = !fates.containsKey(value);
            places.getOrDefault(value, List.of()).stream()
                    .filter(where -> once && !where.equals(placed))
                    .forEach(where ->
                            complain("inconsistent-offsets: acknowledged as " + placed + ", in the log as " + where));
        });
        fates.forEach((value, outcomes) -> {
            if (places.containsKey(value) && outcomes.equals(Set.of(Outcome.ABORTED))) {
                complain("G1a: in the log, and aborted: " + places.get(value));
            }
        });
    }

    private void checkWritten(Sent sent, Set<String> acknowledged) {
        boolean wanted = sent.transaction() == null
                ? acknowledged.contains(sent.value())
                : fates.getOrDefault(sent.value(), Set.of()).contains(Outcome.COMMITTED);
        if (wanted && !places.containsKey(sent.value())) complain("lost-write: " + sent);
    }

    private static Map<String, Set<Outcome>> fates(KafkaHistory history) {
        Map<String, Outcome> outcomes = history.transactions();
        return history.sent().values().stream()
                .flatMap(List::stream)
                .filter(sent -> sent.transaction() != null)
                .collect(Collectors.groupingBy(
                        Sent::value,
                        Collectors.mapping(
                                sent -> outcomes.getOrDefault(sent.transaction(), Outcome.UNKNOWN),
                                Collectors.toSet())));
    }

    private void checkOrder() {
        history.sent().forEach((producer, records) -> {
            Map<TopicPartition, Placed> last = new HashMap<>();
            for (Sent sent : records) {
                List<Placed> where = places.getOrDefault(sent.value(), List.of());
                if (where.size() != 1) continue;
                Placed before = last.put(sent.partition(), where.get(0));
                // A value that is sent again follows itself.
                if (before != null && before.offset() > where.get(0).offset()) {
                    complain("nonmonotonic-send: " + producer + " sent " + where.get(0) + " after " + before);
                }
            }
        });
    }

    private void checkPolls(String reader, List<Step> steps) {
        Map<TopicPartition, Long> last = new HashMap<>();
        for (Step step : steps) {
            if (step instanceof Repositioned) {
                last.remove(step.partition());
            } else if (step instanceof Polled polled) {
                checkPoll(
                        reader,
                        polled.record(),
                        last.put(step.partition(), polled.record().offset()));
            } else {
                throw new AssertionError(step);
            }
        }
    }

    private void checkPoll(String reader, Placed record, Long before) {
        String stored = offsets(record.partition()).get(record.offset());
        Set<Outcome> fate = fates.getOrDefault(record.value(), Set.of());
        if (fate.equals(Set.of(Outcome.ABORTED))) {
            complain("G1a: " + reader + " was given " + record + ", which was aborted");
        } else if (!Objects.equals(stored, record.value())) {
            complain("inconsistent-offsets: " + reader + " was given " + record + ", the log has '" + stored
                    + "' there");
        }
        if (before == null) return;
        if (record.offset() <= before) {
            complain("nonmonotonic-poll: " + reader + " was given " + record + " after offset " + before);
        } else {
            NavigableMap<Long, String> between =
                    offsets(record.partition()).subMap(before, false, record.offset(), false);
            if (!between.isEmpty())
                complain("poll-skip: " + reader + " was given " + record + " after offset " + before + ", without "
                        + between.size() + " between them");
        }
    }

    private void checkCommits(String group, List<Commit> commits) {
        Map<TopicPartition, TreeMap<Long, Long>> firstDelivery = deliveries(group);
        for (Commit commit : commits) {
            TreeMap<Long, Long> delivered = firstDelivery.getOrDefault(commit.partition(), new TreeMap<>());
            for (Map.Entry<Long, String> record :
                    offsets(commit.partition()).headMap(commit.offset()).entrySet()) {
                Long tick = delivered.get(record.getKey());
                if (tick == null || tick > commit.tick()) {
                    complain("committed-ahead-of-delivered: " + group + " committed " + commit.offset() + " of "
                            + commit.partition() + " before it was given offset " + record.getKey());
                    break;
                }
            }
        }
    }

    /** The time at which any member of the group first received each record, by partition and offset. */
    private Map<TopicPartition, TreeMap<Long, Long>> deliveries(String group) {
        Map<String, List<Step>> readers = history.readers();
        Map<TopicPartition, TreeMap<Long, Long>> first = new HashMap<>();
        for (String member : history.members(group)) {
            for (Step step : readers.get(member)) {
                if (step instanceof Polled polled) {
                    first.computeIfAbsent(step.partition(), partition -> new TreeMap<>())
                            .merge(polled.record().offset(), polled.tick(), Math::min);
                }
            }
        }
        return first;
    }

    private void checkEverythingSeen() {
        Map<String, Set<Placed>> seen = new TreeMap<>();
        Map<String, Set<TopicPartition>> partitions = new HashMap<>();
        history.readers().forEach((reader, steps) -> {
            String group = history.groups().stream()
                    .filter(name -> history.members(name).contains(reader))
                    .findAny()
                    .orElse(reader);
            steps.forEach(step -> {
                partitions.computeIfAbsent(group, name -> new HashSet<>()).add(step.partition());
                if (step instanceof Polled polled)
                    seen.computeIfAbsent(group, name -> new HashSet<>()).add(polled.record());
            });
        });
        partitions.forEach(
                (who, theirs) -> theirs.forEach(partition -> offsets(partition).forEach((offset, value) -> {
                    Placed record = new Placed(partition, offset, value);
                    if (!seen.getOrDefault(who, Set.of()).contains(record))
                        complain("unseen: " + who + " was never given " + record);
                })));
    }

    private void checkPositions(String group, Map<TopicPartition, Long> positions) {
        history.commits().getOrDefault(group, List.of()).stream()
                .filter(Commit::acknowledged)
                .filter(commit -> positions.getOrDefault(commit.partition(), -1L) < commit.offset())
                .forEach(commit -> complain("lost-commit: " + group + " is at " + positions.get(commit.partition())
                        + ", and " + commit + " was acknowledged"));
        positions.forEach((partition, offset) ->
                checkCommits(group, List.of(new Commit(Long.MAX_VALUE, partition, offset, true))));
    }
}

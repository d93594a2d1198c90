package io.letterbox.it;

import io.letterbox.it.History.Placed;
import io.letterbox.record.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks a history against the log of a restarted server. Pure: the same history gives the same complaints, one
 * sentence each, at most {@value #MOST_COMPLAINTS} of them.
 *
 * <p>The invariants: an acknowledged record is in the log, once, at its offset and unchanged; a publisher's records of
 * one partition have the order in which it sent them; offsets have no hole; a reader received every acknowledged record
 * exactly once, in the order of offsets; and every record that a reader received is still in the log, at the same
 * offset, because what has been read is never taken back.
 */
final class HistoryChecker {
    private static final int MOST_COMPLAINTS = 20;

    private final Map<TopicPartition, List<Placed>> log;
    private final Map<TopicPartition, Map<Long, String>> byOffset = new HashMap<>();
    private final List<String> complaints = new ArrayList<>();

    private HistoryChecker(Map<TopicPartition, List<Placed>> log) {
        this.log = log;
        log.forEach((partition, records) -> {
            Map<Long, String> offsets = new HashMap<>();
            records.forEach(record -> offsets.put(record.offset(), record.value()));
            byOffset.put(partition, offsets);
        });
    }

    /**
     * Checks the log alone against the acknowledgements, and that no record that was read is missing from it.
     *
     * @param log every partition's records, in the order in which the server gave them
     * @return complaints; none if all is well
     */
    static List<String> check(History history, Map<TopicPartition, List<Placed>> log) {
        HistoryChecker checker = new HistoryChecker(log);
        checker.checkLog();
        history.acknowledged().forEach(checker::checkAcknowledged);
        history.read().forEach((reader, records) -> checker.checkRead(reader, records));
        return checker.complaints;
    }

    /** Checks also that every reader has received every acknowledged record. */
    static List<String> checkComplete(History history, Map<TopicPartition, List<Placed>> log) {
        List<String> complaints = new ArrayList<>(check(history, log));
        history.read().forEach((reader, records) -> {
            Set<Placed> got = new HashSet<>(records);
            history.acknowledged().values().stream()
                    .flatMap(List::stream)
                    .filter(record -> !got.contains(record))
                    .limit(MOST_COMPLAINTS)
                    .forEach(record -> complaints.add(reader + " never got " + record));
        });
        return complaints;
    }

    private void complain(String complaint) {
        if (complaints.size() < MOST_COMPLAINTS) {
            complaints.add(complaint);
        }
    }

    private void checkLog() {
        Set<String> seen = new HashSet<>();
        log.forEach((partition, records) -> {
            long expected = -1;
            for (Placed record : records) {
                if (expected >= 0 && record.offset() != expected) {
                    complain("offset " + expected + " expected, but the log goes on with " + record);
                }
                expected = record.offset() + 1;
                if (!seen.add(record.value())) {
                    complain("twice in the log: " + record);
                }
            }
        });
    }

    private void checkAcknowledged(String publisher, List<Placed> records) {
        Map<TopicPartition, Long> last = new HashMap<>();
        for (Placed record : records) {
            checkStored("acknowledged to " + publisher, record);
            Long before = last.put(record.partition(), record.offset());
            if (before != null && record.offset() <= before) {
                complain("out of order: " + publisher + " sent " + record + " after its record at offset " + before);
            }
        }
    }

    private void checkRead(String reader, List<Placed> records) {
        Map<TopicPartition, Long> last = new HashMap<>();
        for (Placed record : records) {
            checkStored("read by " + reader, record);
            Long before = last.put(record.partition(), record.offset());
            if (before != null && record.offset() <= before) {
                complain("repeated or out of order: " + reader + " got " + record + " after offset " + before);
            }
        }
    }

    private void checkStored(String who, Placed record) {
        String stored = byOffset.getOrDefault(record.partition(), Map.of()).get(record.offset());
        if (stored == null) {
            complain("lost: " + record + ", " + who);
        } else if (!stored.equals(record.value())) {
            complain("changed: " + record + ", " + who + ", is now '" + stored + "'");
        }
    }
}

package io.letterbox.it.kafka;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;

/**
 * What Kafka clients know about a run. A value is made once, so it is a record's identity; where an attempt fails it may be
 * sent again, in another transaction. Safe from any thread: each client notes what it did in its own order, and a counter
 * says what came before what among all of them.
 */
final class KafkaHistory {
    /** A record at its place, as an acknowledgement or a poll tells it. */
    record Placed(TopicPartition partition, long offset, String value) {
        @Override
        public String toString() {
            return partition + "@" + offset + " '" + value + "'";
        }
    }

    /** How a transaction ended as far as its producer knows. */
    enum Outcome {
        COMMITTED,
        ABORTED,
        UNKNOWN
    }

    /** A record that a producer gave to its client; {@code transaction} is null outside of one. */
    record Sent(TopicPartition partition, String value, String transaction) {}

    /** Something that happened to a reader, at a tick of the run's counter. */
    sealed interface Step permits Repositioned, Polled {
        TopicPartition partition();
    }

    /** Where it stands may have changed: the partition was assigned to it. */
    record Repositioned(TopicPartition partition) implements Step {}

    /** It was given a record. */
    record Polled(long tick, Placed record) implements Step {
        @Override
        public TopicPartition partition() {
            return record.partition();
        }
    }

    /**
     * A group's position was committed.
     *
     * @param tick before the commit was sent
     * @param acknowledged false where nobody knows whether it was done
     */
    record Commit(long tick, TopicPartition partition, long offset, boolean acknowledged) {}

    private final AtomicLong ticks = new AtomicLong();
    private final AtomicLong acknowledgedCount = new AtomicLong();
    private final Map<String, Queue<Sent>> sent = new ConcurrentHashMap<>();
    private final Map<String, Placed> acknowledged = new ConcurrentHashMap<>();
    private final Map<String, Outcome> transactions = new ConcurrentHashMap<>();
    private final Map<String, Queue<Step>> readers = new ConcurrentHashMap<>();
    private final Map<String, String> groups = new ConcurrentHashMap<>();
    private final Map<String, Queue<Commit>> commits = new ConcurrentHashMap<>();

    long tick() {
        return ticks.incrementAndGet();
    }

    void send(String producer, Sent record) {
        sent.computeIfAbsent(producer, name -> new ConcurrentLinkedQueue<>()).add(record);
    }

    /** The server has taken a record; in a transaction that says nothing yet. */
    void acknowledge(Placed record) {
        acknowledged.put(record.value(), record);
        acknowledgedCount.incrementAndGet();
    }

    void end(String transaction, Outcome outcome) {
        transactions.put(transaction, outcome);
    }

    /** @param group null where it reads by itself */
    void reader(String name, String group) {
        readers.put(name, new ConcurrentLinkedQueue<>());
        if (group != null) groups.put(name, group);
    }

    void reposition(String reader, TopicPartition partition) {
        readers.get(reader).add(new Repositioned(partition));
    }

    void poll(String reader, Placed record) {
        readers.get(reader).add(new Polled(tick(), record));
    }

    void commit(String group, Commit commit) {
        commits.computeIfAbsent(group, name -> new ConcurrentLinkedQueue<>()).add(commit);
    }

    long acknowledgedCount() {
        return acknowledgedCount.get();
    }

    /** What each producer sent, in order. */
    Map<String, List<Sent>> sent() {
        return copy(sent);
    }

    /** By value; a value that was sent again has its newest place. */
    Map<String, Placed> acknowledged() {
        return Map.copyOf(acknowledged);
    }

    Map<String, Outcome> transactions() {
        return Map.copyOf(transactions);
    }

    /** What happened to each reader, in order. */
    Map<String, List<Step>> readers() {
        return copy(readers);
    }

    /** The readers of a group. */
    List<String> members(String group) {
        return groups.entrySet().stream()
                .filter(entry -> entry.getValue().equals(group))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    Set<String> groups() {
        return Set.copyOf(groups.values());
    }

    /** What was committed for each group, in the order in which it was noted. */
    Map<String, List<Commit>> commits() {
        return copy(commits);
    }

    private static <T> Map<String, List<T>> copy(Map<String, Queue<T>> queues) {
        Map<String, List<T>> copy = new TreeMap<>();
        queues.forEach((name, entries) -> copy.put(name, List.copyOf(entries)));
        return copy;
    }
}

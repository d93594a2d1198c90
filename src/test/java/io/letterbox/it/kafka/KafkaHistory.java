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
 * What Kafka clients know about a run. A value is created once, so it identifies a record; if an attempt fails, it may
 * be sent again, in another transaction. Safe from any thread: each client notes its actions in its own order, and a
 * counter orders those of all clients.
 */
final class KafkaHistory {
    /** A record with its position, as an acknowledgement or a poll tells it. */
    record Placed(TopicPartition partition, long offset, String value) {
        @Override
        public String toString() {
            return partition + "@" + offset + " '" + value + "'";
        }
    }

    /** The outcome of a transaction, as far as its producer knows. */
    enum Outcome {
        COMMITTED,
        ABORTED,
        UNKNOWN
    }

    /** A record that a producer passed to its client; {@code transaction} is null outside of one. */
    record Sent(TopicPartition partition, String value, String transaction) {}

    /** An event of a reader, at a tick of the run's counter. */
    sealed interface Step permits Repositioned, Polled {
        TopicPartition partition();
    }

    /** The partition was assigned to the reader, so its position may have changed. */
    record Repositioned(TopicPartition partition) implements Step {}

    /** The reader received a record. */
    record Polled(long tick, Placed record) implements Step {
        @Override
        public TopicPartition partition() {
            return record.partition();
        }
    }

    /**
     * A commit of a group's position.
     *
     * @param tick before the commit was sent
     * @param acknowledged false if it is unknown whether it was carried out
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

    /** Notes that the server has accepted a record; for a record of a transaction that is not final. */
    void acknowledge(Placed record) {
        acknowledged.put(record.value(), record);
        acknowledgedCount.incrementAndGet();
    }

    void end(String transaction, Outcome outcome) {
        transactions.put(transaction, outcome);
    }

    /** @param group null for a reader outside groups */
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

    /** By value; a value that was sent again has its newest position. */
    Map<String, Placed> acknowledged() {
        return Map.copyOf(acknowledged);
    }

    Map<String, Outcome> transactions() {
        return Map.copyOf(transactions);
    }

    /** The events of each reader, in order. */
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

    /** The commits of each group, in the order in which they were noted. */
    Map<String, List<Commit>> commits() {
        return copy(commits);
    }

    private static <T> Map<String, List<T>> copy(Map<String, Queue<T>> queues) {
        Map<String, List<T>> copy = new TreeMap<>();
        queues.forEach((name, entries) -> copy.put(name, List.copyOf(entries)));
        return copy;
    }
}

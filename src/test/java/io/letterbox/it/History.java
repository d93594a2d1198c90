package io.letterbox.it;

import io.letterbox.record.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What clients know about a run: the records that were acknowledged to each publisher, and those that each reader
 * received. Values are unique within a run and never sent twice, so a value identifies a record.
 *
 * <p>Each publisher and each reader writes to a queue of its own, from its own thread; any thread may read at any time.
 */
final class History {
    /** A record with its position, as an acknowledgement, a page or an event tells it. */
    record Placed(TopicPartition partition, long offset, String value) {
        @Override
        public String toString() {
            return partition.topic() + "-" + partition.partition() + "@" + offset + " '" + value + "'";
        }
    }

    private final Map<String, Queue<Placed>> acknowledged = new ConcurrentHashMap<>();
    private final Map<String, Queue<Placed>> read = new ConcurrentHashMap<>();
    private final AtomicLong acknowledgedCount = new AtomicLong();

    /**
     * Notes an acknowledgement. A publisher has one request in flight at a time, so the order is the order of sending.
     */
    void acknowledge(String publisher, Placed record) {
        acknowledged
                .computeIfAbsent(publisher, name -> new ConcurrentLinkedQueue<>())
                .add(record);
        acknowledgedCount.incrementAndGet();
    }

    /** Notes a delivery to a reader. */
    void deliver(String reader, Placed record) {
        read.computeIfAbsent(reader, name -> new ConcurrentLinkedQueue<>()).add(record);
    }

    long acknowledgedCount() {
        return acknowledgedCount.get();
    }

    /** The acknowledgements of each publisher, in order. */
    Map<String, List<Placed>> acknowledged() {
        return copy(acknowledged);
    }

    /** The deliveries to each reader, in order. */
    Map<String, List<Placed>> read() {
        return copy(read);
    }

    private static Map<String, List<Placed>> copy(Map<String, Queue<Placed>> queues) {
        Map<String, List<Placed>> copy = new TreeMap<>();
        queues.forEach((name, records) -> copy.put(name, List.copyOf(records)));
        return copy;
    }
}

package io.letterbox.it.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * One real consumer on a thread of its own, which reads and commits until it is closed. Its results can be read on any
 * thread.
 */
final class GroupMember implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConsumer<String, String> consumer;
    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Set<TopicPartition> assigned = ConcurrentHashMap.newKeySet();
    private final Set<String> values = ConcurrentHashMap.newKeySet();
    private final Map<TopicPartition, Long> committed = new ConcurrentHashMap<>();
    private final AtomicInteger rebalances = new AtomicInteger();
    private volatile boolean closing;
    private volatile RuntimeException failure;

    /** @param settings alternating names and values */
    GroupMember(String bootstrap, Collection<String> topics, Object... settings) {
        consumer = Clients.consumer(bootstrap, settings);
        consumer.subscribe(topics, new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                assigned.removeAll(partitions);
            }

            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                rebalances.incrementAndGet();
                assigned.addAll(partitions);
            }
        });
        thread = new Thread(this::run, "group-member");
        thread.start();
    }

    private void run() {
        boolean owing = false;
        try {
            while (!closing) {
                ConsumerRecords<String, String> records = consumer.poll(POLL);
                for (ConsumerRecord<String, String> each : records) values.add(each.value());
                owing |= !records.isEmpty();
                if (owing) owing = !commit();
            }
        } catch (WakeupException closed) {
            // Ended by close().
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            consumer.close(CloseOptions.timeout(Duration.ofSeconds(5)));
            assigned.clear();
            ended.countDown();
        }
    }

    /** False if it has to be tried again. */
    private boolean commit() {
        try {
            Map<TopicPartition, Long> positions = new ConcurrentHashMap<>();
            for (TopicPartition partition : consumer.assignment()) {
                positions.put(partition, consumer.position(partition));
            }
            consumer.commitSync(Duration.ofSeconds(10));
            committed.putAll(positions);
            return true;
        } catch (RebalanceInProgressException
                | CommitFailedException
                | RetriableCommitFailedException
                | TimeoutException e) {
            // Another member has taken the partitions over, and reads the records again: at least once.
            return false;
        }
    }

    /** Its present assignment; a copy. */
    Set<TopicPartition> assigned() {
        return Set.copyOf(assigned);
    }

    /** The values of the records that it has read. */
    Set<String> values() {
        return values;
    }

    /** The offsets that it has committed itself. */
    Map<TopicPartition, Long> committed() {
        return committed;
    }

    /** The number of assignments it has got. */
    int rebalances() {
        return rebalances.get();
    }

    /** Why it ended by itself, or null. */
    RuntimeException failure() {
        return failure;
    }

    /** Its state and its stack, for the messages of failed tests. */
    String situation() {
        StringBuilder text = new StringBuilder("member with " + assigned + " after " + rebalances
                + " assignments, failure " + failure + ", its thread " + thread.getState() + "\n");
        for (StackTraceElement frame : thread.getStackTrace())
            text.append("    ").append(frame).append('\n');
        return text.toString();
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            if (!ended.await(Clients.LIMIT.toSeconds(), TimeUnit.SECONDS)) throw new AssertionError("it does not end");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

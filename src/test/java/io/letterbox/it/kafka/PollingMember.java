package io.letterbox.it.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;

/**
 * Apache Kafka's consumer as a group member, on a thread of its own; commits the records that it has passed to its
 * listener.
 */
public final class PollingMember {
    /** Handles a record. */
    public interface Listener {
        void record(PollingMember member, TopicPartition partition, long offset, String value);
    }

    private static final Duration POLL = Duration.ofMillis(50);

    private final KafkaConsumer<String, String> consumer;
    private final Listener listener;
    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Set<TopicPartition> assigned = Set.of();
    private volatile Throwable failure;
    private volatile boolean closed;

    private PollingMember(KafkaConsumer<String, String> consumer, Listener listener) {
        this.consumer = consumer;
        this.listener = listener;
        this.thread = new Thread(this::run, "polling-member");
        thread.setDaemon(true);
    }

    /** @param protocol {@code classic} or {@code consumer} */
    public static PollingMember join(String bootstrap, String protocol, String group, String topic, Listener listener) {
        PollingMember member = new PollingMember(consumer(bootstrap, protocol, group), listener);
        member.consumer.subscribe(List.of(topic), member.watch());
        member.thread.start();
        return member;
    }

    /** Joins by a regular expression that the server evaluates. */
    public static PollingMember joinMatching(String bootstrap, String group, String regex, Listener listener) {
        PollingMember member = new PollingMember(consumer(bootstrap, "consumer", group), listener);
        member.consumer.subscribe(new SubscriptionPattern(regex), member.watch());
        member.thread.start();
        return member;
    }

    private static KafkaConsumer<String, String> consumer(String bootstrap, String protocol, String group) {
        List<Object> settings = new ArrayList<>(List.of(
                "group.id", group, "group.protocol", protocol, "metadata.max.age.ms", "500", "max.poll.records", "50"));
        // With the newer protocol, the server sets these.
        if (protocol.equals("classic")) {
            settings.addAll(List.of("heartbeat.interval.ms", "300", "session.timeout.ms", "6000"));
        }
        return Clients.consumer(bootstrap, settings.toArray());
    }

    private ConsumerRebalanceListener watch() {
        return new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                assigned = Set.of();
            }

            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                assigned = Set.copyOf(consumer.assignment());
            }
        };
    }

    private void run() {
        try {
            while (!closed) {
                boolean any = false;
                for (ConsumerRecord<String, String> record : consumer.poll(POLL)) {
                    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                    listener.record(this, partition, record.offset(), record.value());
                    any = true;
                }
                assigned = Set.copyOf(consumer.assignment());
                if (any) commit();
            }
            consumer.close();
        } catch (Throwable e) {
            failure = e;
        } finally {
            ended.countDown();
        }
    }

    /** Records whose partition is revoked during the commit are read again by the next owner. */
    private void commit() {
        try {
            consumer.commitSync();
        } catch (CommitFailedException | RetriableException again) {
            assigned = Set.copyOf(consumer.assignment());
        }
    }

    public Set<TopicPartition> assigned() {
        return assigned;
    }

    /** The failure that ended it, or null. */
    public Throwable failure() {
        return failure;
    }

    /** Leaves the group. */
    public void leave() throws InterruptedException {
        closed = true;
        ended.await();
    }
}

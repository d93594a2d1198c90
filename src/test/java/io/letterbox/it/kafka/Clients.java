package io.letterbox.it.kafka;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.LoggerFactory;

/** Apache Kafka's own clients, in the version of our class path, with strings for keys and values. */
final class Clients {
    /** A client that loses an answer repeats the request after half a minute; on a busy machine that happens twice. */
    static final Duration LIMIT = Duration.ofSeconds(120);

    private static final Duration POLL = Duration.ofMillis(100);

    static {
        // Each client prints all of its settings.
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.ERROR);
    }

    private Clients() {}

    /** @param settings alternating names and values, in addition to the bootstrap servers */
    static KafkaProducer<String, String> producer(String bootstrap, Object... settings) {
        return new KafkaProducer<>(with(bootstrap, settings), new StringSerializer(), new StringSerializer());
    }

    /** A consumer that starts at the earliest record and commits explicitly, unless the settings say otherwise. */
    static KafkaConsumer<String, String> consumer(String bootstrap, Object... settings) {
        Map<String, Object> all = new HashMap<>(Map.of("auto.offset.reset", "earliest", "enable.auto.commit", "false"));
        all.putAll(with(bootstrap, settings));
        return new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
    }

    static Admin admin(String bootstrap) {
        return Admin.create(with(bootstrap));
    }

    private static Map<String, Object> with(String bootstrap, Object... settings) {
        Map<String, Object> all = new HashMap<>(Map.of("bootstrap.servers", bootstrap));
        for (int i = 0; i < settings.length; i += 2) {
            all.put((String) settings[i], settings[i + 1]);
        }
        return all;
    }

    static void create(Admin admin, String topic, int partitions, Map<String, String> config) {
        get(admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(config)))
                .all());
    }

    /** Every record of a topic, read without a group up to the present ends of its partitions. */
    static List<ConsumerRecord<String, String>> read(String bootstrap, String topic, Object... settings) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = consumer(bootstrap, settings)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            poll(consumer, records, () -> ends.entrySet().stream()
                    .allMatch(end -> consumer.position(end.getKey()) >= end.getValue()));
        }
        return records;
    }

    /** Polls until enough records have arrived, and fails if that takes too long. */
    static void poll(
            KafkaConsumer<String, String> consumer,
            List<ConsumerRecord<String, String>> records,
            BooleanSupplier enough) {
        long giveUp = System.nanoTime() + LIMIT.toNanos();
        while (!enough.getAsBoolean()) {
            consumer.poll(POLL).forEach(records::add);
            if (System.nanoTime() > giveUp) {
                throw new AssertionError("not enough after " + LIMIT + ": " + records.size() + " records");
            }
        }
    }

    /** The result of a future of the admin client; a failure is thrown as the client's own exception. */
    static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }
}

package io.letterbox.cli;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The part of a training run with Kafka's own clients, which are in the JAR for their messages. */
final class KafkaWarmUp {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration CLOSE = Duration.ofSeconds(5);

    /** The number of polls without a record after which reading ends. */
    private static final int PATIENCE = 100;

    private KafkaWarmUp() {}

    /** Produces records to a topic of its own, and reads them as a group member. */
    static void run(String bootstrap, int records) {
        produce(bootstrap, records);
        consume(bootstrap, records);
    }

    private static void produce(String bootstrap, int records) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "batch.size", 4096);
        byte[] value = "x".repeat(100).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < records; i++) producer.send(new ProducerRecord<>("rehearsal-kafka", value));
        }
    }

    private static void consume(String bootstrap, int records) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrap, "group.id", "rehearsal", "auto.offset.reset", "earliest");
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            consumer.subscribe(List.of("rehearsal-kafka"));
            int seen = 0;
            for (int idle = 0; seen < records && idle < PATIENCE; idle++) {
                int some = consumer.poll(POLL).count();
                seen += some;
                if (some > 0) idle = 0;
            }
            consumer.commitSync();
        } finally {
            consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(CLOSE));
        }
    }
}

package io.letterbox.it.kafka;

import io.letterbox.it.kafka.KafkaHistory.Placed;
import io.letterbox.it.kafka.KafkaHistory.Sent;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * An idempotent producer with several requests in flight. The library repeats requests without an answer, and the
 * server has to recognize the producer after a kill: no record may fail.
 */
final class IdempotentClient implements CrashClients.Client {
    private static final int MOST_IN_A_TURN = 20;
    private static final int LONGEST_KEY = 400;
    private static final int PAUSE_MS = 2;

    private final KafkaProducer<String, String> producer;
    private final String name;
    private final KafkaHistory history;
    private final Random random;

    /** Set by the library's thread. */
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    private long next;

    IdempotentClient(String bootstrap, String name, KafkaHistory history, long seed) {
        this.producer = CrashClients.producer(bootstrap, "linger.ms", 1);
        this.name = name;
        this.history = history;
        this.random = new Random(seed);
    }

    @Override
    public void turn() throws InterruptedException {
        for (int i = random.nextInt(MOST_IN_A_TURN); i >= 0; i--) {
            TopicPartition partition = new TopicPartition(CrashClients.PLAIN, random.nextInt(CrashClients.PARTITIONS));
            String value = name + "-" + next++;
            history.send(name, new Sent(partition, value, null));
            String key = "k".repeat(random.nextInt(LONGEST_KEY));
            producer.send(
                    new ProducerRecord<>(partition.topic(), partition.partition(), key, value), (place, refused) -> {
                        if (refused == null) history.acknowledge(new Placed(partition, place.offset(), value));
                        else failure.compareAndSet(null, refused);
                    });
        }
        if (failure.get() != null) throw new AssertionError("refused", failure.get());
        Thread.sleep(PAUSE_MS);
    }

    @Override
    public void close() {
        producer.close();
        if (failure.get() != null) throw new AssertionError("refused", failure.get());
    }
}

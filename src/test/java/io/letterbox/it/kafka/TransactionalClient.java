package io.letterbox.it.kafka;

import io.letterbox.it.kafka.KafkaHistory.Outcome;
import io.letterbox.it.kafka.KafkaHistory.Placed;
import io.letterbox.it.kafka.KafkaHistory.Sent;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * A transactional producer that aborts one transaction in four. After a kill every transaction still ends as intended.
 */
final class TransactionalClient implements CrashClients.Client {
    private static final int MOST_IN_A_TRANSACTION = 30;
    private static final int PAUSE_MS = 5;

    private final KafkaProducer<String, String> producer;
    private final String name;
    private final KafkaHistory history;
    private final Random random;
    private long next;

    TransactionalClient(String bootstrap, String name, KafkaHistory history, long seed) {
        this.producer = CrashClients.producer(bootstrap, "transactional.id", name);
        this.name = name;
        this.history = history;
        this.random = new Random(seed);
        producer.initTransactions();
    }

    @Override
    public void turn() throws InterruptedException {
        String transaction = name + "-" + next++;
        history.end(transaction, Outcome.UNKNOWN);
        producer.beginTransaction();
        for (int i = random.nextInt(MOST_IN_A_TRANSACTION); i >= 0; i--) {
            TopicPartition partition = new TopicPartition(CrashClients.MOVES, random.nextInt(CrashClients.PARTITIONS));
            String value = transaction + "." + i;
            history.send(name, new Sent(partition, value, transaction));
            producer.send(
                    new ProducerRecord<>(partition.topic(), partition.partition(), "k", value), (place, refused) -> {
                        if (refused == null) history.acknowledge(new Placed(partition, place.offset(), value));
                    });
        }
        // Aborting before the records were sent would prove nothing.
        producer.flush();
        if (random.nextInt(4) > 0) {
            CrashClients.untilKnown(producer::commitTransaction);
            history.end(transaction, Outcome.COMMITTED);
        } else {
            CrashClients.untilKnown(producer::abortTransaction);
            history.end(transaction, Outcome.ABORTED);
        }
        Thread.sleep(PAUSE_MS);
    }

    @Override
    public void close() {
        producer.close();
    }
}

package io.letterbox.it.kafka;

import io.letterbox.it.kafka.KafkaHistory.Commit;
import io.letterbox.it.kafka.KafkaHistory.Outcome;
import io.letterbox.it.kafka.KafkaHistory.Placed;
import io.letterbox.it.kafka.KafkaHistory.Sent;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;

/**
 * Reads, writes derived records and commits its offsets, all in one transaction: whatever is killed, each record is
 * moved once. After an abort it starts again at the group's committed offsets.
 */
final class MoverClient implements CrashClients.Client {
    /** The group of which it is the only member, and its transactional id. */
    static final String NAME = "mover";

    private static final Duration POLL = Duration.ofMillis(50);

    private final KafkaConsumer<String, String> consumer;
    private final KafkaProducer<String, String> producer;
    private final KafkaHistory history;
    private long next;

    MoverClient(String bootstrap, KafkaHistory history) {
        this.history = history;
        history.reader(NAME, NAME);
        consumer = Clients.consumer(
                bootstrap,
                "group.id",
                NAME,
                "isolation.level",
                "read_committed",
                "max.poll.records",
                100,
                "reconnect.backoff.max.ms",
                100);
        producer = CrashClients.producer(bootstrap, "transactional.id", NAME);
        producer.initTransactions();
        consumer.subscribe(List.of(CrashClients.PLAIN), new Assignments());
    }

    private final class Assignments implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            partitions.forEach(partition -> history.reposition(NAME, partition));
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            // No transaction is open while it polls.
        }
    }

    @Override
    public void turn() {
        ConsumerRecords<String, String> records = consumer.poll(POLL);
        if (records.isEmpty()) return;
        String transaction = NAME + "-" + next++;
        history.end(transaction, Outcome.UNKNOWN);
        Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
        for (ConsumerRecord<String, String> record : records) {
            TopicPartition from = new TopicPartition(record.topic(), record.partition());
            history.poll(NAME, new Placed(from, record.offset(), record.value()));
            positions.put(from, new OffsetAndMetadata(record.offset() + 1));
        }
        long tick = history.tick();
        Outcome outcome = move(transaction, records, positions);
        history.end(transaction, outcome);
        if (outcome != Outcome.ABORTED) {
            positions.forEach((partition, offset) ->
                    history.commit(NAME, new Commit(tick, partition, offset.offset(), outcome == Outcome.COMMITTED)));
        }
        if (outcome != Outcome.COMMITTED) startOver();
    }

    private Outcome move(
            String transaction,
            ConsumerRecords<String, String> records,
            Map<TopicPartition, OffsetAndMetadata> positions) {
        try {
            producer.beginTransaction();
            for (ConsumerRecord<String, String> record : records) {
                TopicPartition to = new TopicPartition(CrashClients.DERIVED, record.partition());
                String value = "from " + record.value();
                history.send(NAME, new Sent(to, value, transaction));
                producer.send(new ProducerRecord<>(to.topic(), to.partition(), null, value));
            }
            producer.sendOffsetsToTransaction(positions, consumer.groupMetadata());
            CrashClients.untilKnown(producer::commitTransaction);
            return Outcome.COMMITTED;
        } catch (ProducerFencedException e) {
            throw e; // No other producer has this id.
        } catch (KafkaException e) {
            CrashClients.untilKnown(producer::abortTransaction);
            return Outcome.ABORTED;
        }
    }

    private void startOver() {
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(consumer.assignment());
        for (TopicPartition partition : consumer.assignment()) {
            OffsetAndMetadata position = committed.get(partition);
            if (position == null) consumer.seekToBeginning(List.of(partition));
            else consumer.seek(partition, position);
            history.reposition(NAME, partition);
        }
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}

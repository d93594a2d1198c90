package io.letterbox.it.kafka;

import io.letterbox.it.kafka.KafkaHistory.Commit;
import io.letterbox.it.kafka.KafkaHistory.Placed;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * A committed reader: a group member that commits after every poll, or a reader without a group that keeps its
 * position.
 */
final class ReaderClient implements CrashClients.Client {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final List<String> TOPICS = List.of(CrashClients.PLAIN, CrashClients.MOVES);

    private final KafkaConsumer<String, String> consumer;
    private final String name;
    private final String group;
    private final KafkaHistory history;

    private ReaderClient(KafkaConsumer<String, String> consumer, String name, String group, KafkaHistory history) {
        this.consumer = consumer;
        this.name = name;
        this.group = group;
        this.history = history;
        history.reader(name, group);
    }

    /** @param protocol of the group: {@code classic}, or {@code consumer} (KIP-848) */
    static ReaderClient member(String bootstrap, String name, String group, String protocol, KafkaHistory history) {
        ReaderClient reader = new ReaderClient(
                consumer(bootstrap, "group.id", group, "group.protocol", protocol), name, group, history);
        reader.consumer.subscribe(TOPICS, reader.new Assignments());
        return reader;
    }

    static ReaderClient alone(String bootstrap, String name, KafkaHistory history) {
        ReaderClient reader = new ReaderClient(consumer(bootstrap), name, null, history);
        List<TopicPartition> all = TOPICS.stream()
                .flatMap(topic ->
                        IntStream.range(0, CrashClients.PARTITIONS).mapToObj(i -> new TopicPartition(topic, i)))
                .toList();
        reader.consumer.assign(all);
        all.forEach(partition -> history.reposition(name, partition));
        return reader;
    }

    /** Small fetches, so that many of them are in flight at a kill. */
    private static KafkaConsumer<String, String> consumer(String bootstrap, Object... more) {
        Object[] settings = {
            "isolation.level",
            "read_committed",
            "max.poll.records",
            50,
            "max.partition.fetch.bytes",
            20_000,
            "reconnect.backoff.max.ms",
            100,
            "request.timeout.ms",
            10_000
        };
        return Clients.consumer(
                bootstrap, Stream.concat(Stream.of(settings), Stream.of(more)).toArray());
    }

    private final class Assignments implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            partitions.forEach(partition -> history.reposition(name, partition));
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            // Records are committed after each poll, before the next one can revoke partitions.
        }
    }

    @Override
    public void turn() {
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        consumer.poll(POLL).forEach(record -> {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            history.poll(name, new Placed(partition, record.offset(), record.value()));
            next.put(partition, new OffsetAndMetadata(record.offset() + 1));
        });
        if (group == null || next.isEmpty()) return;
        long tick = history.tick();
        boolean acknowledged = commit(next);
        next.forEach((partition, offset) ->
                history.commit(group, new Commit(tick, partition, offset.offset(), acknowledged)));
    }

    private boolean commit(Map<TopicPartition, OffsetAndMetadata> next) {
        try {
            consumer.commitSync(next);
            return true;
        } catch (CommitFailedException | RebalanceInProgressException | TimeoutException e) {
            return false; // The next owner reads the record again.
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}

package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.letterbox.it.ServerProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka Streams counts words with exactly_once_v2 while it, and then the server, is killed in the middle. Every word's
 * counts have to be 1, 2, 3, ... in the output: a lost record skips a count, and one that was counted twice, or written
 * by a failed transaction, repeats a count.
 */
class StreamsIT {
    private static final int LINES = 2000;
    private static final List<String> WORDS = List.of("to", "be", "or", "not", "that", "is", "the", "question");

    @TempDir
    private Path directory;

    private final Random random = new Random(7);
    private final Map<String, Long> expected = new HashMap<>();

    @Test
    void countsWordsExactlyOnceThroughKills() {
        try (KafkaTarget target = KafkaTarget.start(directory);
                Admin admin = Clients.admin(target.bootstrap())) {
            Clients.create(admin, "lines", 2, Map.of());
            Clients.create(admin, "counts", 2, Map.of());
            try (Program first = run(target)) {
                produce(target);
                await().atMost(Clients.LIMIT).until(() -> counted(target) > 0 || !first.isAlive());
                assertThat(first.isAlive())
                        .as("%s\n%s", first.everything(), target.output())
                        .isTrue();
                first.kill();
            }
            try (Program second = run(target)) {
                produce(target);
                long before = counted(target);
                await().atMost(Clients.LIMIT).until(() -> counted(target) > before || !second.isAlive());
                target.process().ifPresent(ServerProcess::restart);
                produce(target);
                awaitEverything(target, second);
                second.stop(Clients.LIMIT);
            }
            assertThat(counts(target)).isEqualTo(wanted());
            assertThat(cleanupPolicy(admin, "word-count-counts-store-changelog"))
                    .isEqualTo("compact");
            TopicPartition passed = new TopicPartition("word-count-by-word-repartition", 0);
            assertThat(Clients.get(admin.listOffsets(Map.of(passed, OffsetSpec.earliest()))
                                    .partitionResult(passed))
                            .offset())
                    .as("what was consumed is deleted")
                    .isPositive();
        }
    }

    private Program run(KafkaTarget target) {
        String state = directory.resolve("state").toString();
        return Program.start(directory, Program.source("peer", "WordCount.java", target.bootstrap(), state));
    }

    private void produce(KafkaTarget target) {
        try (KafkaProducer<String, String> producer = Clients.producer(target.bootstrap())) {
            for (int i = 0; i < LINES; i++) {
                List<String> words =
                        random.ints(3, 0, WORDS.size()).mapToObj(WORDS::get).toList();
                words.forEach(word -> expected.merge(word, 1L, Long::sum));
                producer.send(new ProducerRecord<>("lines", "k" + i, String.join(" ", words)));
            }
        }
    }

    /** Gives up after a while: the comparison then shows what is missing. */
    private void awaitEverything(KafkaTarget target, Program streams) {
        long all = expected.values().stream().mapToLong(Long::longValue).sum();
        await().atMost(Clients.LIMIT.multipliedBy(2)).until(() -> counted(target) >= all || !streams.isAlive());
        assertThat(streams.isAlive())
                .as("%s\n%s", streams.everything(), target.output())
                .isTrue();
    }

    private static long counted(KafkaTarget target) {
        return committed(target).size();
    }

    private static List<ConsumerRecord<String, String>> committed(KafkaTarget target) {
        return Clients.read(target.bootstrap(), "counts", "isolation.level", "read_committed");
    }

    /** Each word's counts, in the order in which they were written. */
    private static Map<String, List<Long>> counts(KafkaTarget target) {
        Map<String, List<Long>> counts = new HashMap<>();
        committed(target).forEach(record -> counts.computeIfAbsent(record.key(), word -> new ArrayList<>())
                .add(Long.valueOf(record.value())));
        return counts;
    }

    private Map<String, List<Long>> wanted() {
        return expected.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> LongStream.rangeClosed(1, entry.getValue())
                        .boxed()
                        .toList()));
    }

    private static String cleanupPolicy(Admin admin, String topic) {
        ConfigResource resource = new ConfigResource(Type.TOPIC, topic);
        ConfigEntry entry = Clients.get(admin.describeConfigs(List.of(resource)).all())
                .get(resource)
                .get("cleanup.policy");
        return entry.value();
    }
}

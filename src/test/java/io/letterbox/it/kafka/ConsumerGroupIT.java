package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups with server-side assignment, with Apache Kafka's consumer of both protocols. */
class ConsumerGroupIT {
    private static final String TOPIC = "shared";

    @TempDir
    private Path directory;

    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    private void collect(PollingMember member, TopicPartition partition, long offset, String value) {
        seen.add(value);
    }

    @Test
    void consumersOfBothProtocolsShareAGroup() throws Exception {
        try (KafkaTarget target = KafkaTarget.start(directory);
                Admin admin = Clients.admin(target.bootstrap());
                KafkaProducer<String, String> producer = Clients.producer(target.bootstrap())) {
            Clients.create(admin, TOPIC, 6, Map.of());
            String bootstrap = target.bootstrap();
            PollingMember first = PollingMember.join(bootstrap, "consumer", "g", TOPIC, this::collect);
            await().atMost(Clients.LIMIT).until(() -> first.assigned().size() == 6);
            PollingMember second = PollingMember.join(bootstrap, "consumer", "g", TOPIC, this::collect);
            await().atMost(Clients.LIMIT)
                    .until(() ->
                            first.assigned().size() == 3 && second.assigned().size() == 3);
            PollingMember classic = PollingMember.join(bootstrap, "classic", "g", TOPIC, this::collect);
            await().atMost(Clients.LIMIT).until(() -> List.of(first, second, classic).stream()
                    .allMatch(member -> member.assigned().size() == 2));

            ConsumerGroupDescription group =
                    admin.describeConsumerGroups(List.of("g")).all().get().get("g");
            assertThat(group.type()).isEqualTo(GroupType.CONSUMER);
            assertThat(group.groupState()).isEqualTo(GroupState.STABLE);
            assertThat(group.partitionAssignor()).isEqualTo("uniform");
            assertThat(group.members()).hasSize(3);

            produce(producer, 0, 600);
            await().atMost(Clients.LIMIT).until(() -> seen.size() == 600);
            second.leave();
            await().atMost(Clients.LIMIT)
                    .until(() ->
                            first.assigned().size() == 3 && classic.assigned().size() == 3);
            target.process().orElseThrow().kill();
            target.process().orElseThrow().restart();
            produce(producer, 600, 900);
            await().atMost(Clients.LIMIT).until(() -> seen.size() == 900);
            first.leave();
            await().atMost(Clients.LIMIT).until(() -> classic.assigned().size() == 6);
            produce(producer, 900, 1000);
            await().atMost(Clients.LIMIT).until(() -> seen.size() == 1000);
            classic.leave();
            assertThat(List.of(first, second, classic))
                    .allSatisfy(member -> assertThat(member.failure()).isNull());
        }
    }

    @Test
    void aRegularExpressionOfTheServerFindsTopicsThatComeLater() throws Exception {
        try (KafkaTarget target = KafkaTarget.start(directory);
                Admin admin = Clients.admin(target.bootstrap())) {
            Clients.create(admin, "news-a", 2, Map.of());
            Clients.create(admin, "other", 2, Map.of());
            PollingMember member = PollingMember.joinMatching(target.bootstrap(), "r", "news-.*", this::collect);
            await().atMost(Clients.LIMIT).until(() -> member.assigned().size() == 2);
            Clients.create(admin, "news-b", 3, Map.of());
            await().atMost(Clients.LIMIT).until(() -> member.assigned().size() == 5);
            assertThat(member.assigned())
                    .allSatisfy(partition -> assertThat(partition.topic()).startsWith("news-"));
            member.leave();
            assertThat(member.failure()).isNull();
        }
    }

    private static void produce(KafkaProducer<String, String> producer, int from, int to) throws Exception {
        for (int i = from; i < to; i++) producer.send(new ProducerRecord<>(TOPIC, "k" + i, "v" + i));
        producer.flush();
    }
}

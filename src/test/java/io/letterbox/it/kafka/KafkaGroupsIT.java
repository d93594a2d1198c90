package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.it.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Classic groups of Kafka's own consumers: assignors, static members, commits, and kills of the server in between. */
class KafkaGroupsIT {
    private static final String TOPIC = "numbers";
    private static final int PARTITIONS = 6;
    private static final Set<TopicPartition> ALL = IntStream.range(0, PARTITIONS)
            .mapToObj(number -> new TopicPartition(TOPIC, number))
            .collect(Collectors.toSet());

    @TempDir
    Path directory;

    private ServerProcess server;
    private final List<GroupMember> members = new ArrayList<>();
    private int published;

    @BeforeEach
    void start() {
        server = ServerProcess.in(directory)
                .set("groups.initialRebalanceDelayMs", 100)
                .start();
        try (Admin admin = Clients.admin(server.bootstrap())) {
            Clients.create(admin, TOPIC, PARTITIONS, Map.of());
        }
    }

    @AfterEach
    void stop() {
        members.forEach(GroupMember::close);
        server.close();
    }

    private void await(String what, org.awaitility.core.ThrowingRunnable assertion) {
        try {
            Awaitility.await(what)
                    .atMost(Clients.LIMIT)
                    .pollInterval(Duration.ofMillis(50))
                    .untilAsserted(assertion);
        } catch (ConditionTimeoutException late) {
            throw new AssertionError(late.getMessage() + "\n" + situation(), late);
        }
    }

    /** The state of both sides, because such a failure is hard to reproduce. */
    private String situation() {
        StringBuilder text = new StringBuilder();
        members.forEach(member -> text.append(member.situation()));
        return text.append(server.page("/groups"))
                .append('\n')
                .append(server.output())
                .toString();
    }

    private GroupMember member(String group, Object... more) {
        List<Object> settings = new ArrayList<>(List.of(
                "group.id", group, "session.timeout.ms", 6000, "heartbeat.interval.ms", 500, "max.poll.records", 50));
        settings.addAll(List.of(more));
        GroupMember member = new GroupMember(server.bootstrap(), List.of(TOPIC), settings.toArray());
        members.add(member);
        return member;
    }

    /** Publishes numbers, each to the next partition. */
    private void publish(int count) {
        try (KafkaProducer<String, String> producer = Clients.producer(server.bootstrap())) {
            for (int index = 0; index < count; index++) {
                int number = published++;
                producer.send(new ProducerRecord<>(TOPIC, number % PARTITIONS, null, Integer.toString(number)));
            }
        }
    }

    /** Waits until every partition has one reader. */
    private void awaitShared(List<GroupMember> group) {
        await("every partition is read by one member", () -> {
            Set<TopicPartition> together = new HashSet<>();
            int count = 0;
            for (GroupMember member : group) {
                assertThat(member.failure()).isNull();
                assertThat(member.assigned()).isNotEmpty();
                together.addAll(member.assigned());
                count += member.assigned().size();
            }
            assertThat(together).isEqualTo(ALL);
            assertThat(count).isEqualTo(PARTITIONS);
        });
    }

    private void awaitRead() {
        await("every record has been read", () -> {
            Set<String> read = new HashSet<>();
            members.forEach(member -> read.addAll(member.values()));
            assertThat(read).hasSize(published);
        });
    }

    private Map<TopicPartition, OffsetAndMetadata> committed(Admin admin, String group) {
        return Clients.get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.apache.kafka.clients.consumer.RangeAssignor",
                "org.apache.kafka.clients.consumer.RoundRobinAssignor",
                "org.apache.kafka.clients.consumer.StickyAssignor",
                "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"
            })
    void sharesPartitionsWhoeverComesAndGoes(String assignor) {
        String group = "sharing";
        Object[] by = {"partition.assignment.strategy", assignor};
        GroupMember one = member(group, by);
        GroupMember two = member(group, by);
        publish(300);
        awaitShared(List.of(one, two));
        GroupMember three = member(group, by);
        awaitShared(List.of(one, two, three));
        publish(300);
        awaitRead();
        two.close();
        awaitShared(List.of(one, three));
        server.kill();
        server.restart();
        publish(300);
        awaitRead();
        awaitShared(List.of(one, three));
        try (Admin admin = Clients.admin(server.bootstrap())) {
            await("everything is committed", () -> {
                Map<TopicPartition, OffsetAndMetadata> offsets = committed(admin, group);
                for (TopicPartition partition : ALL) {
                    assertThat(offsets.get(partition).offset()).isEqualTo(900 / PARTITIONS);
                }
            });
        }
    }

    @Test
    void forgetsNoCommitWhenItIsKilled() {
        publish(6000);
        GroupMember one = member("careful", "max.poll.records", 1);
        await("it has begun to commit", () -> assertThat(one.committed()).hasSize(PARTITIONS));
        server.kill();
        Map<TopicPartition, Long> known = Map.copyOf(one.committed());
        server.restart();
        try (Admin admin = Clients.admin(server.bootstrap())) {
            Map<TopicPartition, OffsetAndMetadata> offsets = committed(admin, "careful");
            known.forEach(
                    (partition, offset) -> assertThat(offsets.get(partition).offset())
                            .as(partition.toString())
                            .isGreaterThanOrEqualTo(offset));
        }
    }

    @Test
    void keepsAStaticMembersPartitionsWhileItIsAway() {
        // No session times out during the test, even on a slow machine.
        Object[] patiently = {"session.timeout.ms", 300_000};
        GroupMember one = member("static", with(patiently, "group.instance.id", "one"));
        GroupMember two = member("static", with(patiently, "group.instance.id", "two"));
        awaitShared(List.of(one, two));
        Set<TopicPartition> hers = two.assigned();
        int rebalances = one.rebalances();
        two.close();
        // Its new timeouts apply from now on.
        GroupMember again = member("static", "group.instance.id", "two");
        await("it has its partitions again", () -> assertThat(again.assigned()).isEqualTo(hers));
        assertThat(one.rebalances()).as("nobody else noticed").isEqualTo(rebalances);
        publish(60);
        awaitRead();
        again.close();
        await("after a session without it, the other one has all", () -> assertThat(one.assigned())
                .isEqualTo(ALL));
    }

    private static Object[] with(Object[] settings, Object... more) {
        return Stream.of(settings, more).flatMap(Stream::of).toArray();
    }

    @Test
    void fencesTheOlderOfTwoThatSayTheyAreTheSame() {
        GroupMember older = member("twins", "group.instance.id", "twin");
        await("it reads", () -> assertThat(older.assigned()).isEqualTo(ALL));
        GroupMember newer = member("twins", "group.instance.id", "twin");
        await("it is told", () -> assertThat(older.failure()).isInstanceOf(FencedInstanceIdException.class));
        await("the newer one reads", () -> assertThat(newer.assigned()).isEqualTo(ALL));
    }

    @Test
    void givesTheMembersNumbersAndWordsBack() {
        publish(60);
        TopicPartition first = new TopicPartition(TOPIC, 0);
        OffsetAndMetadata words = new OffsetAndMetadata(7, java.util.Optional.of(0), "seven\u00e9");
        try (KafkaConsumer<String, String> consumer = Clients.consumer(server.bootstrap(), "group.id", "simple")) {
            consumer.assign(Set.of(first));
            consumer.commitSync(Map.of(first, words));
        }
        server.kill();
        server.restart();
        try (KafkaConsumer<String, String> consumer = Clients.consumer(server.bootstrap(), "group.id", "simple")) {
            assertThat(consumer.committed(ALL).get(first)).isEqualTo(words);
            consumer.assign(Set.of(first));
            assertThat(consumer.position(first)).isEqualTo(7);
        }
    }

    @Test
    void isAdministeredWithKafkasOwnClient() {
        publish(60);
        GroupMember one = member("looked-at", "group.instance.id", "one", "client.id", "looker");
        awaitRead();
        try (Admin admin = Clients.admin(server.bootstrap())) {
            ConsumerGroupDescription described = Clients.get(
                            admin.describeConsumerGroups(List.of("looked-at")).all())
                    .get("looked-at");
            assertThat(described.groupState()).isEqualTo(GroupState.STABLE);
            assertThat(described.members()).singleElement().satisfies(member -> {
                assertThat(member.assignment().topicPartitions()).isEqualTo(ALL);
                assertThat(member.clientId()).isEqualTo("looker");
                assertThat(member.groupInstanceId()).hasValue("one");
                assertThat(member.host()).isEqualTo("/127.0.0.1");
            });
            assertThat(Clients.get(admin.listGroups(ListGroupsOptions.forConsumerGroups())
                            .all()))
                    .singleElement()
                    .satisfies(listed -> assertThat(listed.groupState()).hasValue(GroupState.STABLE));
            assertThatThrownBy(() -> Clients.get(
                            admin.deleteConsumerGroups(List.of("looked-at")).all()))
                    .isInstanceOf(GroupNotEmptyException.class);
            one.close();
            Clients.get(admin.removeMembersFromConsumerGroup(
                            "looked-at", new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove("one"))))
                    .all());
            TopicPartition first = new TopicPartition(TOPIC, 0);
            Clients.get(admin.alterConsumerGroupOffsets("looked-at", Map.of(first, new OffsetAndMetadata(3)))
                    .all());
            assertThat(committed(admin, "looked-at").get(first).offset()).isEqualTo(3);
            Clients.get(
                    admin.deleteConsumerGroupOffsets("looked-at", Set.of(first)).all());
            assertThat(committed(admin, "looked-at")).doesNotContainKey(first).hasSize(PARTITIONS - 1);
            Clients.get(admin.deleteConsumerGroups(List.of("looked-at")).all());
            assertThatThrownBy(() -> Clients.get(
                            admin.describeConsumerGroups(List.of("looked-at")).all()))
                    .isInstanceOf(GroupIdNotFoundException.class);
            Clients.get(admin.deleteTopics(List.of(TOPIC)).all());
        }
    }

    @Test
    void forgetsTheOffsetsOfADeletedTopic() {
        publish(60);
        GroupMember one = member("orphan");
        awaitRead();
        one.close();
        try (Admin admin = Clients.admin(server.bootstrap())) {
            assertThat(committed(admin, "orphan")).hasSize(PARTITIONS);
            Clients.get(admin.deleteTopics(List.of(TOPIC)).all());
            assertThat(committed(admin, "orphan")).isEmpty();
            Clients.create(admin, TOPIC, PARTITIONS, Map.of());
            server.kill();
            server.restart();
            assertThat(committed(admin, "orphan")).isEmpty();
        }
    }
}

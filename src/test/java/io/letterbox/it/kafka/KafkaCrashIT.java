package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.letterbox.it.ServerProcess;
import io.letterbox.it.kafka.KafkaHistory.Placed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL at random moments under Kafka clients that produce idempotently and in transactions, read in groups of both
 * protocols, and move records exactly once. The seed decides what is sent, how much is acknowledged before each kill,
 * and whether the server is killed while it recovers; a seed replays the schedule, not the run.
 */
class KafkaCrashIT {
    private static final int MOST_ACKNOWLEDGED_PER_ROUND = 4000;
    private static final int LONGEST_RECOVERY_MS = 1500;
    private static final Duration LIMIT = Duration.ofSeconds(120);

    /** Small segments, so that kills coincide with rolls, and recovery finds snapshots. */
    private static final Map<String, String> CONFIG = Map.of("segment.bytes", "1048576");

    private final long seed = Long.getLong("letterbox.crashSeed", System.nanoTime());
    private final int rounds = Integer.getInteger("letterbox.crashRounds", 5);
    private final Random random = new Random(seed);
    private final KafkaHistory history = new KafkaHistory();

    @TempDir
    private Path directory;

    @Test
    void nothingIsLostDoubledOrSeenTooEarly() {
        System.out.println(
                "KafkaCrashIT: " + rounds + " rounds; to replay the schedule: mvn verify -Dit.test=KafkaCrashIT"
                        + " -Dletterbox.crashRounds=" + rounds + " -Dletterbox.crashSeed=" + seed);
        try (KafkaTarget target = KafkaTarget.start(directory);
                Admin admin = Clients.admin(target.bootstrap())) {
            for (String topic : List.of(CrashClients.PLAIN, CrashClients.MOVES, CrashClients.DERIVED)) {
                Clients.create(admin, topic, CrashClients.PARTITIONS, CONFIG);
            }
            CrashClients readers = readers(target.bootstrap());
            try (readers) {
                CrashClients writers = writers(target.bootstrap());
                try (writers) {
                    for (int round = 1; round <= rounds; round++) disturb(target, writers, readers);
                }
                assertThat(writers.failure())
                        .as("seed %d\n%s", seed, target.output())
                        .isNull();
                awaitEverything(target, admin, readers);
            }
            assertThat(readers.failure())
                    .as("seed %d\n%s", seed, target.output())
                    .isNull();
            assertThat(complaints(target, admin)).as("seed %d", seed).isEmpty();
        }
        assertThat(history.acknowledgedCount()).isPositive();
        System.out.println("KafkaCrashIT: " + history.acknowledgedCount() + " acknowledged records survived " + rounds
                + " rounds");
    }

    private CrashClients writers(String bootstrap) {
        CrashClients writers = new CrashClients();
        for (String name : List.of("idempotent-1", "idempotent-2")) {
            long its = random.nextLong();
            writers.start(name, () -> new IdempotentClient(bootstrap, name, history, its));
        }
        for (String name : List.of("clerk-1", "clerk-2")) {
            long its = random.nextLong();
            writers.start(name, () -> new TransactionalClient(bootstrap, name, history, its));
        }
        return writers;
    }

    private CrashClients readers(String bootstrap) {
        CrashClients readers = new CrashClients();
        for (String name : List.of("classic-1", "classic-2")) {
            readers.start(name, () -> ReaderClient.member(bootstrap, name, "classics", "classic", history));
        }
        for (String name : List.of("modern-1", "modern-2")) {
            readers.start(name, () -> ReaderClient.member(bootstrap, name, "moderns", "consumer", history));
        }
        readers.start("alone", () -> ReaderClient.alone(bootstrap, "alone", history));
        readers.start(MoverClient.NAME, () -> new MoverClient(bootstrap, history));
        return readers;
    }

    /**
     * Waits until enough was acknowledged, kills the server and starts it again; one time in three it is killed during
     * the start.
     */
    private void disturb(KafkaTarget target, CrashClients writers, CrashClients readers) {
        long enough = history.acknowledgedCount() + 500 + random.nextInt(MOST_ACKNOWLEDGED_PER_ROUND);
        await().pollInterval(Duration.ofMillis(1))
                .atMost(LIMIT)
                .until(() -> history.acknowledgedCount() >= enough || failed(writers) || failed(readers));
        assertThat(writers.failure()).as("seed %d\n%s", seed, target.output()).isNull();
        assertThat(readers.failure()).as("seed %d\n%s", seed, target.output()).isNull();
        target.process().ifPresent(this::killAndRecover);
    }

    private static boolean failed(CrashClients clients) {
        return clients.failure() != null;
    }

    private void killAndRecover(ServerProcess server) {
        server.kill();
        if (random.nextInt(3) == 0) {
            server.launch();
            pause(random.nextInt(LONGEST_RECOVERY_MS));
            server.kill();
        }
        server.start();
    }

    /** Chooses the moment of a kill; nothing depends on its real length. */
    private static void pause(int ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Gives up after a while: the checker then names what is missing, which is more useful than a timeout. */
    private void awaitEverything(KafkaTarget target, Admin admin, CrashClients readers) {
        try {
            await().pollInterval(Duration.ofMillis(200))
                    .atMost(LIMIT)
                    .until(() -> failed(readers) || complaints(target, admin).isEmpty() && everythingMoved(target));
        } catch (ConditionTimeoutException e) {
            System.out.println("KafkaCrashIT: the readers do not get everything");
        }
    }

    private static boolean everythingMoved(KafkaTarget target) {
        return log(target, CrashClients.PLAIN).count()
                == log(target, CrashClients.DERIVED).count();
    }

    private List<String> complaints(KafkaTarget target, Admin admin) {
        List<Placed> log = Stream.of(CrashClients.PLAIN, CrashClients.MOVES, CrashClients.DERIVED)
                .flatMap(topic -> log(target, topic))
                .toList();
        Map<String, Map<TopicPartition, Long>> committed = new HashMap<>();
        for (String group : history.groups()) {
            Map<TopicPartition, Long> positions = new HashMap<>();
            Clients.get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                    .forEach((partition, offset) -> positions.put(partition, offset.offset()));
            committed.put(group, positions);
        }
        return KafkaHistoryChecker.checkComplete(history, log, committed);
    }

    private static Stream<Placed> log(KafkaTarget target, String topic) {
        return Clients.read(target.bootstrap(), topic, "isolation.level", "read_committed").stream()
                .map(record -> new Placed(
                        new TopicPartition(record.topic(), record.partition()), record.offset(), record.value()));
    }
}

package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.letterbox.it.History.Placed;
import io.letterbox.record.TopicPartition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL at random moments under load. The seed decides what is published, how much is acknowledged before each kill,
 * and whether the restarted server is killed while it recovers; the rest depends on the operating system, so a seed
 * replays the schedule, not the run.
 */
class CrashIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_ACKNOWLEDGED_PER_ROUND = 4000;
    private static final int LONGEST_RECOVERY_MS = 1500;
    private static final Map<String, String> CONFIG = Map.of("segment.bytes", "1048576");

    private final long seed = Long.getLong("letterbox.crashSeed", System.nanoTime());
    private final int rounds = Integer.getInteger("letterbox.crashRounds", 5);
    private final Random random = new Random(seed);
    private final History history = new History();

    @TempDir
    private Path directory;

    private ServerProcess server;

    @BeforeEach
    void start() {
        System.out.println("CrashIT: " + rounds + " rounds; to replay the schedule: mvn verify -Dit.test=CrashIT"
                + " -Dletterbox.crashRounds=" + rounds + " -Dletterbox.crashSeed=" + seed);
        server = ServerProcess.in(directory).start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void whatWasAcknowledgedIsThereOnceAndInOrder() {
        TestClient client = new TestClient(server.base());
        client.create(CrashWorkload.NARROW, 1, CONFIG);
        client.create(CrashWorkload.WIDE, 4, CONFIG);
        String streams = "/events?topic=" + CrashWorkload.NARROW + "&topic=" + CrashWorkload.WIDE
                + "&from=earliest&format=envelope";
        try (SseReader reader = new SseReader(server.base().resolve(streams), this::onEvent)) {
            for (int round = 1; round <= rounds; round++) {
                killUnderLoad(reader, "round" + round);
                recover();
                assertThat(HistoryChecker.check(history, log(client)))
                        .as("round %d of seed %d\n%s", round, seed, server.output())
                        .isEmpty();
            }
            awaitEverything(reader);
        }
        assertThat(HistoryChecker.checkComplete(history, log(client)))
                .as("seed %d", seed)
                .isEmpty();
        System.out.println(
                "CrashIT: " + history.acknowledgedCount() + " acknowledged records survived " + rounds + " rounds");
    }

    private void killUnderLoad(SseReader reader, String label) {
        long enough = history.acknowledgedCount() + 1 + random.nextInt(MOST_ACKNOWLEDGED_PER_ROUND);
        try (CrashWorkload load = new CrashWorkload(server.base(), history, random, label)) {
            await().pollInterval(Duration.ofMillis(1))
                    .atMost(Duration.ofSeconds(120))
                    .until(() -> history.acknowledgedCount() >= enough
                            || load.failure() != null
                            || reader.failure() != null);
            server.kill();
            assertThat(load.failure()).as("seed %d", seed).isNull();
        }
        assertThat(reader.failure()).as("seed %d", seed).isNull();
    }

    /** Starts the server again; one time in three it is killed once more, at some point of its start. */
    private void recover() {
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

    private void onEvent(SseReader.Event event) {
        try {
            JsonNode record = JSON.readTree(event.data());
            if (!event.type().equals("message")) {
                throw new AssertionError("an event that nobody expected: " + event);
            }
            TopicPartition partition = new TopicPartition(
                    record.get("topic").asText(), record.get("partition").asInt());
            long offset = record.get("offset").asLong();
            history.deliver(
                    "reader", new Placed(partition, offset, record.get("value").asText()));
        } catch (JsonProcessingException e) {
            throw new AssertionError(event.toString(), e);
        }
    }

    /** Gives up after a while: the checker then names what is missing, which is more useful than a timeout. */
    private void awaitEverything(SseReader reader) {
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> hasEverything(reader));
        } catch (ConditionTimeoutException e) {
            System.out.println("CrashIT: the reader does not get everything");
        }
    }

    private boolean hasEverything(SseReader reader) {
        if (reader.failure() != null) {
            throw new AssertionError(reader.failure());
        }
        Set<Placed> got = new HashSet<>(history.read().getOrDefault("reader", List.of()));
        return history.acknowledged().values().stream().flatMap(List::stream).allMatch(got::contains);
    }

    private static Map<TopicPartition, List<Placed>> log(TestClient client) {
        Map<TopicPartition, List<Placed>> log = new HashMap<>(client.log(CrashWorkload.NARROW));
        log.putAll(client.log(CrashWorkload.WIDE));
        return log;
    }
}

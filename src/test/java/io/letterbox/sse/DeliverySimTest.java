package io.letterbox.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.Committed;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.config.SseConfig;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Meters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The delivery of two event loops in a random order of events, by seed: late commit messages, cache evictions, slow
 * reads, retention, topics that grow, are deleted and created again, and clients that are slow, disconnect in the
 * middle of an event and resume. {@link SimClient} checks the results.
 */
class DeliverySimTest {
    private static final int SEEDS = Integer.getInteger("letterbox.simSeeds", 100);
    private static final int LOOPS = 2;
    private static final int STEPS = 1500;
    private static final SseConfig CONFIG = new SseConfig(15, 2000, 5000, 300, 4096, 2048, 600, 300);

    @Test
    void everyoneGetsEverythingOnceAndInOrder() {
        int records = 0;
        int gaps = 0;
        int ends = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            Simulation simulation = new Simulation(seed);
            try {
                simulation.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("replay with new Simulation(" + seed + "L).run()", e);
            }
            for (SimClient client : simulation.clients) {
                records += client.records;
                gaps += client.gaps;
                ends += client.ends;
            }
        }
        // Makes sure that the simulation does something.
        assertThat(records).isGreaterThan(SEEDS * 1000);
        assertThat(gaps).isGreaterThan(SEEDS);
        assertThat(ends).isGreaterThan(SEEDS);
    }

    private static final class Simulation {
        private final Random random;
        private final SimLog log = new SimLog(LOOPS);
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private final Meters meters = new Meters(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
        private final SubscriberSlots slots =
                new SubscriberSlots(LetterboxConfig.defaults().limits().subscribers());
        private final List<DeliveryLoop> loops = new ArrayList<>();
        private final List<SimClient> clients = new ArrayList<>();

        Simulation(long seed) {
            random = new Random(seed);
            log.create("a", 1);
            log.create("b", 3);
            for (int i = 0; i < LOOPS; i++) {
                loops.add(new DeliveryLoop(log, log, meters, slots, CONFIG, random, tasks::add));
            }
            Subscription[] kinds = {
                new Subscription(List.of("a"), -1, null, false),
                new Subscription(List.of("b"), -1, null, false),
                new Subscription(List.of("a", "b"), -1, null, false),
                new Subscription(List.of("b"), 1, null, false),
                new Subscription(List.of("a"), -1, "third", false)
            };
            for (int i = 0; i < 12; i++) {
                clients.add(new SimClient(kinds[i % kinds.length], i % 4 == 3 ? 300 : CONFIG.writeQueueBytes()));
            }
        }

        void run() {
            for (int i = 0; i < STEPS; i++) step();
            settle();
            for (SimClient client : clients) {
                client.assertComplete(log);
                // There is no queue per subscriber: unread bytes fit its window and one more chunk.
                assertThat(client.maxUnreadBytes)
                        .isLessThanOrEqualTo(CONFIG.writeQueueBytes() + client.maxChunkBytes + 512);
                assertThat(client.maxChunkBytes).isLessThan(CONFIG.chunkBytes() + 1024);
            }
            assertThat(slots.taken()).isEqualTo(clients.size());
            for (DeliveryLoop loop : loops) {
                for (Subscriber subscriber : loop.subscribers()) {
                    assertThat(subscriber.position).as("of one at the tail").isNull();
                    subscriber.onClosed();
                }
                assertThat(loop.subscribers()).isEmpty();
                loop.close();
            }
            assertThat(slots.taken()).isZero();
        }

        private void step() {
            SimClient client = clients.get(random.nextInt(clients.size()));
            int what = random.nextInt(1000);
            if (what < 250) append();
            else if (what < 500) runTasks(1 + random.nextInt(3));
            else if (what < 600) deliverMessage();
            else if (what < 700) log.completeRead();
            else if (what < 850) ifConnected(client, client::read);
            else if (what < 880) ifConnected(client, () -> client.breakOff(random));
            else if (what < 950) connect(client);
            else if (what < 970) log.evict(anyPartition(), Long.MAX_VALUE);
            else if (what < 985) evictSome();
            else if (what < 990) deleteSome();
            else if (what < 995) loops.get(random.nextInt(LOOPS)).onTick();
            else rebuild();
        }

        private void append() {
            int bytes = random.nextInt(20) == 0 ? 600 : random.nextInt(40);
            log.append(anyPartition(), 1 + random.nextInt(random.nextInt(10) == 0 ? 60 : 4), bytes);
        }

        private TopicPartition anyPartition() {
            String topic = random.nextBoolean() ? "a" : "b";
            return new TopicPartition(topic, random.nextInt(log.partitions(topic)));
        }

        private void evictSome() {
            TopicPartition partition = anyPartition();
            log.evict(partition, random.nextLong(log.end(partition) + 1));
        }

        private void deleteSome() {
            TopicPartition partition = anyPartition();
            log.deleteBefore(partition, random.nextLong(log.end(partition) + 1));
        }

        private void rebuild() {
            String topic = random.nextBoolean() ? "a" : "b";
            if (log.partitions(topic) < 4 && random.nextInt(3) > 0) {
                log.addPartition(topic);
            } else {
                int partitions = log.partitions(topic);
                log.delete(topic);
                if (random.nextBoolean()) runTasks(2);
                log.create(topic, partitions);
                // As long as the deleted incarnation and not in memory, so that leftovers of the latter would be found.
                for (int p = 0; p < partitions && random.nextBoolean(); p++) {
                    log.append(new TopicPartition(topic, p), 300, 0);
                    log.evict(new TopicPartition(topic, p), Long.MAX_VALUE);
                }
            }
        }

        private void connect(SimClient client) {
            if (!client.isConnected())
                assertThat(client.connect(loops.get(random.nextInt(LOOPS)), log, slots, meters))
                        .isTrue();
        }

        private static void ifConnected(SimClient client, Runnable action) {
            if (client.isConnected()) action.run();
        }

        private void deliverMessage() {
            int loop = random.nextInt(LOOPS);
            Committed message = log.nextMessage(loop);
            if (message != null) loops.get(loop).committed(message);
        }

        private void runTasks(int max) {
            for (int i = 0; i < max && !tasks.isEmpty(); i++) tasks.poll().run();
            assertThat(log.runningReads()).isLessThanOrEqualTo(LOOPS * DeliveryLimits.CATCH_UP_READS);
        }

        /** Reads everything without new events: in the end nothing may be left to do. */
        private void settle() {
            loops.forEach(DeliveryLoop::onTick);
            for (int round = 0; round < 2000; round++) {
                clients.forEach(this::connect);
                clients.forEach(client -> ifConnected(client, client::read));
                for (int i = 0; i < 100; i++) deliverMessage();
                boolean busy = !tasks.isEmpty();
                runTasks(100);
                while (log.completeRead()) busy = true;
                if (!busy && clients.stream().allMatch(SimClient::isConnected) && tasks.isEmpty()) return;
            }
            throw new AssertionError("never comes to rest");
        }
    }
}

package io.letterbox.transactions.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.log.sim.Seeds;
import org.junit.jupiter.api.Test;

/** {@code -Dletterbox.simSeeds=1000} runs more seeds, {@code -Dletterbox.simSeed=7} runs one of them. */
class TransactionSimTest {
    private static final long DURATION_MS = 60_000;

    /** The length of the calm phase: long enough for all timeouts of transactions and for late requests. */
    private static final long CALM_MS = 60_000;

    @Test
    void transactionsAreAllOrNothing() throws Exception {
        long[] confirmed = {0};
        Seeds.forEach(TransactionSimTest.class, seed -> confirmed[0] += run(seed));
        assertThat(confirmed[0]).as("the simulation does something").isPositive();
    }

    private static long run(long seed) {
        SimWorld world = new SimWorld(seed);
        SimServer server = new SimServer(world);
        SimNetwork network = new SimNetwork(world, server);
        SimHistory book = new SimHistory();
        long endMs = world.nowMs + DURATION_MS;
        for (String id : new String[] {"a", "b"}) new SimProducer(world, network, book, id, true).start();
        new SimProducer(world, network, book, "classic", false).start();
        rivals(world, network, book);
        crashes(world, network, server);
        readers(world, server);
        world.runUntil(endMs);
        network.faulty = false;
        world.runUntil(endMs + CALM_MS);
        server.partitions.forEach(SimPartition::assertDecided);
        book.check(server.partitions);
        return book.confirmed();
    }

    /** Starts second producers with transactional ids that are in use. */
    private static void rivals(SimWorld world, SimNetwork network, SimHistory book) {
        world.after(world.between(1000, 8000), () -> {
            if (!network.faulty) return;
            String id = world.random.nextBoolean() ? "a" : "b";
            if (book.alive(id) < 2) new SimProducer(world, network, book, id, true).start();
            rivals(world, network, book);
        });
    }

    private static void crashes(SimWorld world, SimNetwork network, SimServer server) {
        world.after(world.between(500, 15_000), () -> {
            if (!network.faulty) return;
            if (server.up) server.crash(world.between(10, 3000));
            crashes(world, network, server);
        });
    }

    private static void readers(SimWorld world, SimServer server) {
        world.after(world.between(5, 200), () -> {
            if (server.up)
                server.partitions
                        .get(world.random.nextInt(SimServer.PARTITIONS))
                        .read();
            readers(world, server);
        });
    }
}

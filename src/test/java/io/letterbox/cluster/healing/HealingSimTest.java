package io.letterbox.cluster.healing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Disks that are exchanged, emptied and damaged while nodes stop, reports are old, and steps come late, or twice. */
class HealingSimTest {
    private static final int SEEDS = Integer.getInteger("letterbox.simSeeds", 100) * 2;

    @Test
    void nobodyVotesWithoutKnowingWhatItPromisedAndAllIsWellInTheEnd() {
        int healed = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            SimHealing world = new SimHealing(seed);
            try {
                world.chaos(2_000);
                world.calm();
                assertThat(world.isWell()).isTrue();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + world, e);
            }
            healed += world.healed;
        }
        assertThat(healed).as("disks that were lost or damaged").isGreaterThan(SEEDS);
    }
}

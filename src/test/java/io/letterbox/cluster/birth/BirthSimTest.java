package io.letterbox.cluster.birth;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.cluster.BirthPhase;
import io.letterbox.cluster.Founder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes that begin a cluster while probes get lost and late, processes end at any moment, and disks are exchanged. */
class BirthSimTest {
    private static final int SEEDS = Integer.getInteger("letterbox.simSeeds", 100) * 2;

    @Test
    void thereAreNeverTwoClustersAndNeverOneOfOtherNodes() {
        int born = 0;
        int exchanged = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            SimBirth world = new SimBirth(seed, true);
            try {
                world.chaos();
                world.calm();
                hold(world);
                for (SimBirth.Machine machine : world.machines()) {
                    if (machine.isMember()) continue;
                    assertThat(machine.sentences())
                            .as("what node " + machine.node() + " waits for")
                            .isNotEmpty();
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + world, e);
            }
            if (world.machines().stream().allMatch(SimBirth.Machine::isMember)) born++;
            if (world.saidThatADiskWasExchanged()) exchanged++;
        }
        assertThat(born).as("worlds with a cluster in the end").isGreaterThan(SEEDS / 2);
        assertThat(exchanged)
                .as("worlds with a disk that was exchanged in the midst")
                .isPositive();
    }

    @Test
    void thereIsAClusterInTheEndWhereNoDiskIsExchanged() {
        for (long seed = 0; seed < SEEDS; seed++) {
            SimBirth world = new SimBirth(seed, false);
            world.chaos();
            world.calm();
            hold(world);
            assertThat(world.machines()).as("seed " + seed + ": " + world).allMatch(SimBirth.Machine::isMember);
        }
    }

    /** What has to be true of all disks that there ever were. */
    static void hold(SimBirth world) {
        List<Membership> clusters = new ArrayList<>();
        for (SimBirth.SimDirectory disk : world.disks()) {
            Membership membership = disk.membership();
            if (membership == null) continue;
            if (membership.phase() == BirthPhase.JOINED) {
                assertThat(world.disks())
                        .as("a cluster that was joined")
                        .anyMatch(other -> other.isBorn(membership.clusterId()));
                continue;
            }
            assertThat(membership.founders()).extracting(Founder::node).isEqualTo(world.initialNodes());
            assertThat(membership.clusterId()).isEqualTo(Membership.clusterId(membership.founders()));
            if (membership.phase() == BirthPhase.BORN) clusters.add(membership);
        }
        for (Membership one : clusters) {
            for (Founder founder : one.founders()) {
                assertThat(world.disk(founder).membership())
                        .as("what a founder of " + one.clusterId() + " has written")
                        .isNotNull()
                        .extracting(Membership::clusterId)
                        .isEqualTo(one.clusterId());
            }
            for (Membership other : clusters) {
                if (other.clusterId().equals(one.clusterId())) continue;
                assertThat(other.founders()).doesNotContainAnyElementsOf(one.founders());
            }
        }
    }
}

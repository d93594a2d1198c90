package io.letterbox.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.PartitionStatus;
import io.letterbox.memory.StateBudget;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Health.State;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class HealthTest {
    private final Health health = new Health();

    @Test
    void goesFromStartingToReadyToDraining() {
        assertThat(health.condition().state()).isEqualTo(State.STARTING);
        health.ready();
        assertThat(health.condition().state()).isEqualTo(State.READY);
        health.draining();
        health.ready();
        assertThat(health.condition().state())
                .as("a late start does not undo a shutdown")
                .isEqualTo(State.DRAINING);
    }

    @Test
    void aStartSaysWhatItWaitsForUntilItIsOver() {
        health.waitsFor("Waits for shard 1.");
        assertThat(health.condition()).isEqualTo(new Health.Condition(State.STARTING, "Waits for shard 1."));
        health.ready();
        health.waitsFor("Too late.");
        assertThat(health.condition()).isEqualTo(new Health.Condition(State.READY, null));
    }

    @Test
    void whatIsWrongWithTheClusterIsAWarning() {
        health.ready();
        health.bindCluster(new FakeInspection(List.of("Shard 1 has no leader."), List.of()));
        assertThat(health.warnings()).containsExactly(new Health.Warning("cluster", "Shard 1 has no leader."));
        assertThat(health.condition().state()).as("it can be read from").isEqualTo(State.READY);
    }

    @Test
    void theFirstFailureStays() {
        health.failed("fsync failed");
        health.failed("and then this");
        health.ready();
        health.draining();
        assertThat(health.condition()).isEqualTo(new Health.Condition(State.FAILED, "fsync failed"));
    }

    @Test
    void warnsOfAFullDiskADoubtfulClockAndQuarantinedPartitionsOnly() {
        assertThat(health.warnings()).isEmpty();
        health.bindDisk(() -> true);
        health.bindPartitions(() -> Map.of(
                new TopicPartition("a", 0), new PartitionStatus(0, 0, 0, 0, 0, 1, null, false),
                new TopicPartition("b", 3), new PartitionStatus(0, 0, 0, 0, 0, 1, "checksum at offset 7", false)));
        assertThat(health.warnings())
                .extracting(Health.Warning::code)
                .containsExactly("disk-below-reserve", "partition-quarantined");
        health.bindClock(() -> "It went forward.");
        assertThat(health.warnings()).contains(new Health.Warning("wall-clock-unconfirmed", "It went forward."));
        health.bindClock(() -> null);
        assertThat(health.warnings().get(1).detail()).isEqualTo("b/3: checksum at offset 7");
    }

    private static BlockedThread blocked(int seconds, boolean curable) {
        return new BlockedThread("shard-0", seconds * 1_000_000_000L, curable);
    }

    @Test
    void aThreadThatIsBlockedForLongTakesTheTrafficAwayUntilItGoesOn() {
        AtomicReference<List<BlockedThread>> threads = new AtomicReference<>(List.of(blocked(9, true)));
        health.bindThreads(threads::get);
        health.ready();
        assertThat(health.condition().state()).isEqualTo(State.READY);
        threads.set(List.of(blocked(10, true)));
        assertThat(health.condition())
                .isEqualTo(new Health.Condition(State.BLOCKED, "The thread shard-0 has been blocked for 10.0 s."));
        assertThat(health.isAlive()).isTrue();
        threads.set(List.of());
        assertThat(health.condition().state()).isEqualTo(State.READY);
    }

    @Test
    void aThreadThatIsLostWantsARestartUnlessItWouldWaitAgain() {
        AtomicReference<List<BlockedThread>> threads = new AtomicReference<>(List.of(blocked(59, true)));
        health.bindThreads(threads::get);
        health.ready();
        assertThat(health.isAlive()).isTrue();
        threads.set(List.of(blocked(300, false), blocked(60, true)));
        assertThat(health.isAlive()).as("whatever waits for longer").isFalse();
        threads.set(List.of(blocked(300, false)));
        assertThat(health.isAlive()).as("it waits for its disk").isTrue();
        assertThat(health.condition().state()).isEqualTo(State.BLOCKED);
    }

    @Test
    void aServerThatStartsOrStopsIsNotAskedForItsThreads() {
        health.bindThreads(() -> List.of(blocked(300, true)));
        assertThat(health.isAlive()).isTrue();
        assertThat(health.condition().state()).isEqualTo(State.STARTING);
        health.ready();
        health.draining();
        assertThat(health.isAlive()).isTrue();
        assertThat(health.condition().state()).isEqualTo(State.DRAINING);
        health.failed("An fsync failed.");
        assertThat(health.isAlive()).isFalse();
    }

    @Test
    void warnsOfLimitsThatAreNear() {
        LimitMeters limits = new LimitMeters();
        AtomicInteger used = new AtomicInteger(800);
        limits.add("limits.topics", used::get, () -> 1000);
        limits.add("descriptors", () -> 900, () -> -1);
        health.bindLimits(limits);
        assertThat(health.warnings()).isEmpty();
        used.set(801);
        assertThat(health.warnings())
                .containsExactly(new Health.Warning("limit-near", "Of limits.topics, 801 of 1000 are used."));
    }

    @Test
    void warnsOfTheSameMemoryOnce() {
        StateBudget state = StateBudget.of(1 << 20, 1 << 20, 1 << 20, 1);
        state.groups().open().charge(1 << 20);
        LimitMeters limits = new LimitMeters();
        limits.add(state.groups().setting(), state.groups()::usedBytes, state.groups()::limitBytes);
        health.bindLimits(limits);
        health.bindState(state);
        assertThat(health.warnings()).extracting(Health.Warning::code).containsExactly("state-near-limit");
    }
}

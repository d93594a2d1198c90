package io.letterbox.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.PartitionStatus;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Health.State;
import java.util.Map;
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
}

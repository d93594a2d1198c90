package io.letterbox.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LeaderTest {
    private final List<Output> outputs = new ArrayList<>();

    @Test
    void aloneTheHighWatermarkFollowsTheDisk() {
        Leader leader = new Leader(10, 1, 1);
        leader.step(new Input.LogEndMoved(15), outputs::add);
        assertThat(outputs).isEmpty();
        leader.step(new Input.Durable(12), outputs::add);
        leader.step(new Input.Durable(12), outputs::add);
        leader.step(new Input.Durable(15), outputs::add);
        assertThat(outputs).containsExactly(new Output.HighWatermarkMoved(12), new Output.HighWatermarkMoved(15));
        assertThat(leader.highWatermark()).isEqualTo(15);
    }

    @Test
    void withTooFewReplicasNothingIsTaken() {
        Leader leader = new Leader(0, 1, 2);
        assertThat(leader.rejection().code()).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThat(leader.rejection().detail())
                .contains("min.insync.replicas=2")
                .contains("only 1 replica is");
        leader.step(new Input.ReplicasChanged(1, 1), outputs::add);
        assertThat(leader.rejection()).isNull();
    }

    @Test
    void pendingAppendsAreRefusedWhenReplicasBecomeTooFew() {
        Leader leader = new Leader(0, 1, 1);
        leader.step(new Input.LogEndMoved(3), outputs::add);
        leader.step(new Input.ReplicasChanged(1, 2), outputs::add);
        leader.step(new Input.Durable(3), outputs::add);
        assertThat(outputs).containsExactly(leader.rejection());
        outputs.clear();
        leader.step(new Input.ReplicasChanged(1, 1), outputs::add);
        assertThat(outputs).containsExactly(new Output.HighWatermarkMoved(3));
    }

    @Test
    void afterACutTheLogGoesOnBelowWhereItEnded() {
        Leader leader = new Leader(5, 1, 1);
        leader.step(new Input.LogEndMoved(9), outputs::add);
        leader.step(new Input.Truncated(5), outputs::add);
        assertThatThrownBy(() -> leader.step(new Input.Durable(9), outputs::add))
                .hasMessageContaining("the log ends at 5");
        leader.step(new Input.LogEndMoved(7), outputs::add);
        leader.step(new Input.Durable(7), outputs::add);
        assertThat(outputs).containsExactly(new Output.HighWatermarkMoved(7));
        assertThatThrownBy(() -> leader.step(new Input.Truncated(6), outputs::add))
                .hasMessageContaining("everything below 7 is safe");
    }

    @Test
    void whatCannotBeIsNotBelieved() {
        Leader leader = new Leader(5, 1, 1);
        assertThatThrownBy(() -> leader.step(new Input.LogEndMoved(4), outputs::add))
                .hasMessageContaining("moved back");
        assertThatThrownBy(() -> leader.step(new Input.Durable(6), outputs::add))
                .hasMessageContaining("the log ends at 5");
    }

    /** Each number is one step: an append, a force or a change of min.insync.replicas. */
    @Property(tries = 500)
    void theHighWatermarkNeverFallsAndNeverPassesTheDisk(
            @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 29) Integer> steps) {
        Leader leader = new Leader(0, 1, 1);
        long end = 0;
        long durable = 0;
        long seen = 0;
        boolean demandMet = true;
        for (int step : steps) {
            List<Output> said = new ArrayList<>();
            if (step < 10) {
                end += step;
                leader.step(new Input.LogEndMoved(end), said::add);
            } else if (step < 20) {
                durable = Math.max(durable, end - (step - 10) % 3);
                leader.step(new Input.Durable(durable), said::add);
            } else {
                demandMet = step % 2 == 0;
                leader.step(new Input.ReplicasChanged(1, demandMet ? 1 : 2), said::add);
            }
            long before = seen;
            for (Output output : said) {
                if (output instanceof Output.HighWatermarkMoved moved) {
                    assertThat(moved.highWatermark()).isGreaterThan(seen).isLessThanOrEqualTo(durable);
                    seen = moved.highWatermark();
                } else {
                    assertThat(demandMet).isFalse();
                }
            }
            assertThat(leader.highWatermark()).isEqualTo(seen);
            assertThat(seen).isEqualTo(demandMet ? durable : before);
            assertThat(leader.rejection() == null).isEqualTo(demandMet);
        }
    }
}

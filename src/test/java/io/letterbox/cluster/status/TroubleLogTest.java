package io.letterbox.cluster.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.cluster.status.TroubleLog.News;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TroubleLogTest {
    private final TroubleLog log = new TroubleLog();

    @Test
    void saysWhatLastsOnceAndWhenItIsOver() {
        List<News> said = new ArrayList<>();
        for (int second = 0; second < 20; second++)
            said.addAll(log.look(List.of("Node 2 has been away for " + second + " s."), second * 1_000));
        assertThat(said).containsExactly(new News("Node 2 has been away for 5 s.", false));
        assertThat(log.look(List.of(), 20_000)).containsExactly(new News("Node 2 has been away for 19 s.", true));
        assertThat(log.look(List.of(), 30_000)).isEmpty();
    }

    @Test
    void saysNothingOfWhatPassesByItself() {
        assertThat(log.look(List.of("An election."), 0)).isEmpty();
        assertThat(log.look(List.of("An election."), 4_999)).isEmpty();
        assertThat(log.look(List.of(), 5_000)).isEmpty();
        assertThat(log.look(List.of("An election."), 6_000))
                .as("it begins anew")
                .isEmpty();
    }

    @Test
    void eachTroubleIsForItself() {
        log.look(List.of("Shard 1.", "Shard 2.", "Shard 2."), 0);
        assertThat(log.look(List.of("Shard 1.", "Shard 2."), 5_000))
                .containsExactly(new News("Shard 1.", false), new News("Shard 2.", false));
        assertThat(log.look(List.of("Shard 2."), 6_000)).containsExactly(new News("Shard 1.", true));
    }

    @Test
    void remembersALimitedNumber() {
        List<String> many = new ArrayList<>();
        for (int i = 0; i <= TroubleLog.MAX_TROUBLES; i++) many.add("Trouble " + i + ".");
        log.look(many, 0);
        assertThat(log.look(many, 5_000)).hasSize(TroubleLog.MAX_TROUBLES);
    }
}

package io.letterbox.cluster.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.metadata.ShardLeader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AbsentNodesTest {
    private static final List<Integer> NODES = List.of(1, 2, 3);

    private static Set<Integer> absent(Set<Integer> reached, Map<Integer, ShardLeader> leaders) {
        return AbsentNodes.of(NODES, reached, leaders);
    }

    @Test
    void whoIsReachedIsThere() {
        assertThat(absent(Set.of(1, 2, 3), Map.of())).isEmpty();
        assertThat(absent(Set.of(1, 2), Map.of())).containsExactly(3);
    }

    @Test
    void whomALeaderCountsAsInSyncIsThereForOthers() {
        Map<Integer, ShardLeader> leaders = Map.of(0, new ShardLeader(2, 5, List.of(2, 3)));
        assertThat(absent(Set.of(1, 2), leaders)).isEmpty();
        assertThat(absent(Set.of(1, 2), Map.of(0, new ShardLeader(2, 6, List.of(1, 2)))))
                .containsExactly(3);
    }

    @Test
    void whatALeaderHasToldThatIsGoneItselfDoesNotCount() {
        assertThat(absent(Set.of(1), Map.of(0, new ShardLeader(2, 5, List.of(2, 3)))))
                .containsExactlyInAnyOrder(2, 3);
    }
}

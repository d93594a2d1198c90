package io.letterbox.cluster.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MissingVotersTest {
    private static String sentence(Integer... heardOf) {
        return MissingVoters.sentence(List.of(3, 1, 2), 2, List.of(heardOf));
    }

    @Test
    void namesWhoIsMissing() {
        assertThat(sentence())
                .isEqualTo("Waits for a majority of the nodes that agree on metadata: 2 of 1, 2 and 3 are needed, and"
                        + " nothing has been heard of nodes 1 and 3.");
    }

    @Test
    void saysWhenEnoughAreThere() {
        assertThat(sentence(3))
                .isEqualTo("Waits for a majority of the nodes that agree on metadata: 2 of 1, 2 and 3 are needed and"
                        + " have been heard of, but not of node 1; they elect a leader.");
        assertThat(sentence(1, 3, 7)).endsWith("have been heard of; they elect a leader.");
    }

    @Test
    void ofTwoBothAreNeeded() {
        assertThat(MissingVoters.sentence(List.of(1, 2), 1, List.of()))
                .contains("2 of 1 and 2 are needed, and nothing has been heard of node 2.");
    }
}

package io.letterbox.cluster.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemberCountTest {
    private final MemberCount count = new MemberCount();

    @Test
    void whatDiffersForLongIsSaid() {
        count.look(3, 3, 0);
        count.look(1, 3, 5_000);
        count.look(2, 3, 20_000);
        assertThat(count.sentence(MemberCount.SETTLED_MS)).isNull();
        assertThat(count.sentence(5_000 + MemberCount.SETTLED_MS))
                .contains("Hazelcast counts 2 members, and 3 nodes answer", "cluster.discoveryPort?");
        count.look(3, 3, 90_000);
        assertThat(count.sentence(500_000)).isNull();
    }

    @Test
    void aMemberTooManyIsSaidAsWell() {
        count.look(4, 3, 0);
        assertThat(count.sentence(MemberCount.SETTLED_MS)).contains("counts 4 members", "another cluster");
    }
}

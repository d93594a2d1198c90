package io.letterbox.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.metadata.ShardLeader;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaderTableTest {
    private static final ShardLeader ONE = new ShardLeader(1, 5, List.of(1, 2, 3));

    private final LeaderTable table = new LeaderTable();

    @Test
    void theGreatestTermCounts() {
        assertThat(hint(1, ONE)).isTrue();
        assertThat(hint(1, ONE)).as("the same again").isFalse();
        assertThat(hint(2, new ShardLeader(2, 4, List.of()))).as("an older one").isFalse();
        assertThat(table.leaders()).containsEntry(0, ONE);

        ShardLeader two = new ShardLeader(2, 6, List.of());
        assertThat(hint(3, two)).as("from anybody").isTrue();
        assertThat(table.local(0, ONE)).as("an own replica that is behind").isFalse();
        assertThat(table.leaders()).containsEntry(0, two);
        assertThat(table.ledBy(2)).containsExactly(new LeaderHint(0, two));
        assertThat(table.ledBy(1)).isEmpty();
    }

    @Test
    void whoIsInSyncOnlyTheLeaderSays() {
        hint(1, ONE);
        assertThat(hint(3, new ShardLeader(1, 5, List.of(1)))).isFalse();
        assertThat(hint(1, new ShardLeader(1, 5, List.of(1, 2)))).isTrue();
        assertThat(table.local(0, new ShardLeader(1, 5, List.of())))
                .as("an own replica, which follows")
                .isFalse();
        assertThat(table.leaders().get(0).isr()).containsExactly(1, 2);
        assertThat(table.local(0, new ShardLeader(1, 5, List.of(1))))
                .as("itself")
                .isTrue();
    }

    @Test
    void thatNobodyLeadsOnlyAnOwnReplicaSaysAndOnlyOfALaterTerm() {
        hint(1, ONE);
        assertThat(hint(2, new ShardLeader(ShardLeader.NOBODY, 9, List.of()))).isFalse();
        assertThat(table.local(0, new ShardLeader(ShardLeader.NOBODY, 5, List.of())))
                .isFalse();
        assertThat(table.local(0, new ShardLeader(ShardLeader.NOBODY, 6, List.of())))
                .isTrue();
        assertThat(table.all()).isEmpty();

        assertThat(hint(1, ONE)).isFalse();
        assertThat(hint(2, new ShardLeader(2, 6, List.of())))
                .as("who was elected in that term")
                .isTrue();
    }

    @Test
    void aShardWhoseTermsBeginAnewIsForgotten() {
        hint(1, ONE);
        assertThat(table.forget(List.of(0, 1))).isTrue();
        assertThat(hint(2, new ShardLeader(2, 1, List.of()))).isTrue();
    }

    @Test
    void hintsArriveAsTheyWere() {
        List<LeaderHint> hints = List.of(
                new LeaderHint(7, new ShardLeader(1, Long.MAX_VALUE, List.of())),
                new LeaderHint(0, new ShardLeader(Integer.MAX_VALUE, 0, List.of(3, 1, 2))));
        Buffer bytes = LeaderHintCodec.encode(hints);
        assertThat(LeaderHintCodec.decode(bytes)).isEqualTo(hints);
        for (int length = 0; length < bytes.length(); length++) {
            Buffer cut = bytes.getBuffer(0, length);
            assertThatThrownBy(() -> LeaderHintCodec.decode(cut)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> LeaderHintCodec.decode(bytes.copy().setByte(0, (byte) 2)))
                .hasMessageContaining("version 2");
    }

    private boolean hint(int from, ShardLeader leader) {
        return table.hinted(from, List.of(new LeaderHint(0, leader)));
    }
}

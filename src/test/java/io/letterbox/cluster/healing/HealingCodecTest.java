package io.letterbox.cluster.healing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.metadata.ReplicaId;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HealingCodecTest {
    private static final ReplicaId ONE = HealingTest.replica(1, 4);
    private static final ReplicaId TWO = HealingTest.replica(2, 5);
    private static final GroupMembers MEMBERS = new GroupMembers(Set.of(ONE), Set.of(TWO));
    private static final NodeReport REPORT = new NodeReport(
            ONE,
            77,
            List.of(
                    new GroupReport(GroupReport.METADATA, 3, MEMBERS, true, Set.of(ONE, TWO)),
                    new GroupReport(5, 1L << 40, new GroupMembers(Set.of(ONE, TWO), Set.of()), false, Set.of())),
            Map.of(
                    0, new ReplicaCondition.Serving(9),
                    1, new ReplicaCondition.Out(true, "weg – für immer"),
                    2, new ReplicaCondition.Copying(false, 1, 1L << 41),
                    3, new ReplicaCondition.Waiting(7)));

    @Test
    void aReportIsReadAsItWasWritten() {
        assertThat(HealingCodec.decodeReport(ONE, 77, HealingCodec.encode(REPORT)))
                .isEqualTo(REPORT);
    }

    @Test
    void aChangeIsReadAsItWasWritten() {
        HealingCodec.Change change = new HealingCodec.Change(3, MEMBERS, new GroupMembers(Set.of(ONE, TWO), Set.of()));
        assertThat(HealingCodec.decodeChange(HealingCodec.encode(change))).isEqualTo(change);
        assertThat(HealingCodec.decodeMembers(HealingCodec.encode(MEMBERS))).isEqualTo(MEMBERS);
        // Byte by byte, as nodes of other versions have to read it.
        GroupMembers nobody = new GroupMembers(Set.of(), Set.of());
        GroupMembers one = new GroupMembers(Set.of(ONE), Set.of());
        assertThat(HealingCodec.encode(new HealingCodec.Change(3, nobody, one)).getBytes())
                .containsExactly(1, 0, 0, 0, 3, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0);
    }

    @Test
    void whatIsCutOrNewerIsRefusedInWords() {
        Buffer bytes = HealingCodec.encode(REPORT);
        for (int length = 0; length < bytes.length(); length++) {
            Buffer cut = bytes.getBuffer(0, length);
            assertThatThrownBy(() -> HealingCodec.decodeReport(ONE, 0, cut))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("too early");
        }
        bytes.setByte(0, (byte) 2);
        assertThatThrownBy(() -> HealingCodec.decodeReport(ONE, 0, bytes)).hasMessageContaining("version 2");
    }
}

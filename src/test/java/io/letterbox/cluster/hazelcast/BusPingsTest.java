package io.letterbox.cluster.hazelcast;

import static io.letterbox.cluster.TestPeers.peer;
import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.cluster.NodeIdentity;
import java.util.List;
import org.junit.jupiter.api.Test;

class BusPingsTest {
    private static final NodeIdentity TWO = peer(2).identity();

    private final BusPings pings = new BusPings();

    @Test
    void whoAnswersIsReachedForAMoment() {
        assertThat(pings.reaches(TWO, 0)).isFalse();
        pings.heard(TWO, 0);
        assertThat(pings.reaches(TWO, BusPings.HEARD_MS)).isTrue();
        assertThat(pings.reaches(TWO, BusPings.HEARD_MS + 1)).isFalse();
    }

    @Test
    void whoAnswersEverySecondPingIsNotReached() {
        for (long nowMs = 0; nowMs < 60_000; nowMs += 2_000) {
            pings.missed(TWO, nowMs);
            pings.heard(TWO, nowMs + 1_000);
            assertThat(pings.reaches(TWO, nowMs + 1_000)).isFalse();
        }
        pings.heard(TWO, 58_000 + BusPings.MISSED_MS + 1);
        assertThat(pings.reaches(TWO, 58_000 + BusPings.MISSED_MS + 1)).isTrue();
        assertThat(pings.deaf(70_000)).isEmpty();
    }

    @Test
    void whoIsThereAndSilentForLongIsShown() {
        pings.missed(TWO, 1_000);
        assertThat(pings.deaf(1_000 + BusPings.DEAF_MS)).isEmpty();
        assertThat(pings.deaf(1_001 + BusPings.DEAF_MS)).containsExactly(2);
        pings.retain(List.of(peer(3)));
        assertThat(pings.deaf(1_001 + BusPings.DEAF_MS)).isEmpty();
    }

    @Test
    void whoMissesSeveralInARowIsUnheard() {
        for (int missed = 1; missed < BusPings.UNHEARD_PINGS; missed++) pings.missed(TWO, missed);
        assertThat(pings.unheard()).isEmpty();
        pings.missed(TWO, 10);
        assertThat(pings.unheard()).containsExactly(TWO);
        pings.heard(TWO, 11);
        pings.missed(TWO, 12);
        assertThat(pings.unheard()).isEmpty();
    }
}

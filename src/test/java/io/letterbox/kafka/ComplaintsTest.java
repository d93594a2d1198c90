package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ComplaintsTest {
    private final Complaints complaints = new Complaints();

    @Test
    void anAddressIsComplainedOfOnceAMinute() {
        assertThat(complaints.isWorthALine("10.0.0.1", 0)).isTrue();
        assertThat(complaints.isWorthALine("10.0.0.1", Complaints.PAUSE_NANOS - 1))
                .isFalse();
        assertThat(complaints.isWorthALine("10.0.0.2", Complaints.PAUSE_NANOS - 1))
                .isTrue();
        assertThat(complaints.isWorthALine("10.0.0.1", Complaints.PAUSE_NANOS)).isTrue();
    }

    @Test
    void manyAddressesShareALimit() {
        int lines = 0;
        for (int i = 0; i < 3 * Complaints.MAX_ADDRESSES; i++) {
            if (complaints.isWorthALine("10.0." + i, i)) lines++;
        }
        assertThat(lines).isEqualTo(Complaints.MAX_LINES);
        assertThat(complaints.isWorthALine("10.1.0.0", Complaints.PAUSE_NANOS)).isTrue();
    }

    /** System.nanoTime may begin at any value. */
    @Test
    void theClockMayBeNegative() {
        assertThat(complaints.isWorthALine("a", Long.MIN_VALUE)).isTrue();
        assertThat(complaints.isWorthALine("a", Long.MIN_VALUE + 1)).isFalse();
    }
}

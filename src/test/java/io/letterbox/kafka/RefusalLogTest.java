package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RefusalLogTest {
    private final RefusalLog complaints = new RefusalLog();

    @Test
    void anAddressIsComplainedOfOnceAMinute() {
        assertThat(complaints.shouldLog("10.0.0.1", 0)).isTrue();
        assertThat(complaints.shouldLog("10.0.0.1", RefusalLog.PAUSE_NANOS - 1)).isFalse();
        assertThat(complaints.shouldLog("10.0.0.2", RefusalLog.PAUSE_NANOS - 1)).isTrue();
        assertThat(complaints.shouldLog("10.0.0.1", RefusalLog.PAUSE_NANOS)).isTrue();
    }

    @Test
    void manyAddressesShareALimit() {
        int lines = 0;
        for (int i = 0; i < 3 * RefusalLog.MAX_ADDRESSES; i++) {
            if (complaints.shouldLog("10.0." + i, i)) lines++;
        }
        assertThat(lines).isEqualTo(RefusalLog.MAX_LINES);
        assertThat(complaints.shouldLog("10.1.0.0", RefusalLog.PAUSE_NANOS)).isTrue();
    }

    /** System.nanoTime may begin at any value. */
    @Test
    void theClockMayBeNegative() {
        assertThat(complaints.shouldLog("a", Long.MIN_VALUE)).isTrue();
        assertThat(complaints.shouldLog("a", Long.MIN_VALUE + 1)).isFalse();
    }
}

package io.letterbox.time;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MomentTest {
    private static final long WALL_MS = 1_700_000_000_000L;

    private final Moment now = new Moment(5_000, WALL_MS);

    @Test
    void whatWasWrittenDownBeforeTheStartLiesBeforeItOnTheMonotonicClock() {
        assertThat(now.elapsedAt(WALL_MS - 2_000)).isEqualTo(3_000);
        assertThat(now.elapsedAt(WALL_MS - 65_000)).isEqualTo(-60_000);
    }

    @Test
    void whatNobodyKnowsTheAgeOfIsNew() {
        assertThat(now.elapsedAt(-1)).isEqualTo(5_000);
        assertThat(now.elapsedAt(WALL_MS + 9_000)).isEqualTo(5_000);
        assertThat(new Moment(5_000, WALL_MS, false).elapsedAt(WALL_MS - 2_000)).isEqualTo(5_000);
    }
}

package io.letterbox.cluster.status;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FollowerLagTest {
    private final FollowerLag lag = new FollowerLag();

    @Test
    void whoHasEverythingIsNotBehind() {
        assertThat(lag.lagMs(2, 10, 10, 0)).isZero();
        assertThat(lag.lagMs(2, 12, 10, 100))
                .as("it is ahead of what is committed")
                .isZero();
    }

    @Test
    void whoIsAlwaysSomeEntriesBehindUnderLoadIsAMomentBehind() {
        lag.lagMs(2, 0, 0, 0);
        for (int look = 1; look <= 1_000; look++)
            assertThat(lag.lagMs(2, look * 50L - 10, look * 50L, look * 100L)).isLessThanOrEqualTo(200);
    }

    @Test
    void whoStandsStillIsBehindSinceItHadEverythingLast() {
        lag.lagMs(2, 10, 10, 1_000);
        assertThat(lag.lagMs(2, 10, 11, 1_100)).isEqualTo(100);
        assertThat(lag.lagMs(2, 10, 900, 31_000)).isEqualTo(30_000);
        assertThat(lag.lagMs(2, 900, 900, 31_100)).isZero();
    }

    @Test
    void whoCatchesUpSlowlyIsBehindByTheAgeOfWhatItHasGot() {
        lag.lagMs(2, 0, 0, 0);
        lag.lagMs(2, 0, 100, 1_000);
        lag.lagMs(2, 50, 500, 5_000);
        assertThat(lag.lagMs(2, 100, 600, 6_000))
                .as("at 1,000 ms the leader had what the follower has now")
                .isEqualTo(5_000);
        assertThat(lag.lagMs(2, 600, 700, 7_000))
                .as("at 6,000 ms the leader had what the follower has now")
                .isEqualTo(1_000);
    }

    @Test
    void ofAFollowerThatHasHadNothingYetNobodyKnows() {
        assertThat(lag.lagMs(2, -1, 10, 0)).isEqualTo(FollowerLag.UNKNOWN);
        assertThat(lag.lagMs(2, 5, 20, 60_000)).isEqualTo(FollowerLag.UNKNOWN);
        assertThat(lag.lagMs(2, 10, 30, 61_000))
                .as("it had at 0 ms what there was then")
                .isEqualTo(61_000);
        assertThat(lag.lagMs(3, 30, 30, 61_000)).as("each for itself").isZero();
    }
}

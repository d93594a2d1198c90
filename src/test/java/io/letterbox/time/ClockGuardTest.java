package io.letterbox.time;

import static io.letterbox.time.ClockGuard.CONFIRM_MS;
import static io.letterbox.time.ClockGuard.JUMP_MS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the guard's decisions about steps of the wall clock, and that each is reported once. */
class ClockGuardTest {
    private static final long DAY_MS = 86_400_000;

    private final TestClock system = new TestClock();
    private final List<Boolean> told = new ArrayList<>();
    private GuardedClock clock = new GuardedClock(system, -1, guard -> told.add(guard.isConfirmed()));

    private boolean confirmed() {
        return clock.now().wallConfirmed();
    }

    @Test
    void believesAClockThatRuns() {
        for (int hour = 0; hour < 30; hour++) {
            system.pass(CONFIRM_MS);
            system.step(-2000);
            assertThat(confirmed()).isTrue();
        }
        assertThat(told).isEmpty();
    }

    @Test
    void believesASmallStep() {
        system.step(JUMP_MS);
        assertThat(confirmed()).isTrue();
        system.pass(CONFIRM_MS);
        assertThat(confirmed()).isTrue();
        system.step(-JUMP_MS);
        assertThat(confirmed()).isTrue();
        assertThat(told).isEmpty();
    }

    @Test
    void takesManySmallStepsForAJump() {
        for (int step = 0; step < 3; step++) {
            system.pass(1000);
            system.step(JUMP_MS / 2);
            clock.now();
        }
        assertThat(confirmed()).isFalse();
        assertThat(clock.guard().jumpMs()).isEqualTo(3 * JUMP_MS / 2);
    }

    @Test
    void doubtsAJumpForwardForAnHourOfNormalRunning() {
        system.step(30 * DAY_MS);
        assertThat(confirmed()).isFalse();
        assertThat(clock.guard().jumpMs()).isEqualTo(30 * DAY_MS);
        system.pass(CONFIRM_MS - 1);
        assertThat(confirmed()).isFalse();
        assertThat(clock.guard().confirmedInMs(system.elapsedMs())).isEqualTo(1);
        system.pass(1);
        assertThat(confirmed()).isTrue();
        assertThat(clock.guard().jumpMs()).isZero();
        assertThat(told).containsExactly(false, true);
    }

    @Test
    void doubtsAJumpBack() {
        system.step(-JUMP_MS - 1);
        assertThat(confirmed()).isFalse();
        assertThat(clock.guard().jumpMs()).isEqualTo(-JUMP_MS - 1);
        assertThat(told).containsExactly(false);
    }

    @Test
    void countsTheHourFromTheLastJump() {
        system.step(DAY_MS);
        clock.now();
        system.pass(CONFIRM_MS / 2);
        system.step(DAY_MS);
        assertThat(confirmed()).isFalse();
        system.pass(CONFIRM_MS - 1);
        assertThat(confirmed()).isFalse();
        system.pass(1);
        assertThat(confirmed()).isTrue();
        assertThat(told).containsExactly(false, false, true);
    }

    @Test
    void believesTheOldTimeAtOnceWhenItComesBack() {
        system.step(30 * DAY_MS);
        clock.now();
        system.pass(25_000);
        system.step(-30 * DAY_MS);
        assertThat(confirmed()).isTrue();
        assertThat(told).containsExactly(false, true);
    }

    @Test
    void believesAnOperator() {
        system.step(30 * DAY_MS);
        clock.now();
        clock.confirm();
        assertThat(confirmed()).isTrue();
        clock.confirm();
        assertThat(told).containsExactly(false, true);
        system.step(-30 * DAY_MS);
        assertThat(confirmed()).as("what was confirmed is what counts").isFalse();
    }

    @Test
    void aLookThatComesLateChangesNothing() {
        ClockGuard before = ClockGuard.first(0, TestClock.WALL_MS);
        ClockGuard jumped = before.at(10, TestClock.WALL_MS + DAY_MS);
        assertThat(jumped.at(9, TestClock.WALL_MS + 9)).isSameAs(jumped);
    }

    private void restart(long offMs) {
        long seenMs = clock.trustedWallMs();
        system.pass(offMs);
        system.restart(17);
        told.clear();
        clock = new GuardedClock(system, seenMs, guard -> told.add(guard.isConfirmed()));
    }

    @Test
    void believesARestart() {
        restart(JUMP_MS);
        assertThat(confirmed()).isTrue();
        assertThat(told).isEmpty();
    }

    @Test
    void waitsAfterAMonthSwitchedOffAndNotForEver() {
        restart(30 * DAY_MS);
        assertThat(confirmed()).isFalse();
        assertThat(clock.guard().isOfRestart()).isTrue();
        system.pass(CONFIRM_MS);
        assertThat(confirmed()).isTrue();
        assertThat(clock.guard().isOfRestart()).isFalse();
        restart(1000);
        assertThat(confirmed()).isTrue();
    }

    @Test
    void doubtsAClockThatWentBackWhileNobodyLooked() {
        system.step(-2 * JUMP_MS);
        restart(1000);
        assertThat(confirmed()).isFalse();
        assertThat(clock.guard().jumpMs()).isEqualTo(-2 * JUMP_MS + 1000);
    }

    @Test
    void aRestartConfirmsNothing() {
        system.step(30 * DAY_MS);
        assertThat(confirmed()).isFalse();
        restart(1000);
        assertThat(confirmed()).isFalse();
        system.step(-30 * DAY_MS);
        restart(1000);
        assertThat(confirmed()).as("the old time is back").isTrue();
    }
}

package io.letterbox.time;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A clock that knows whether its wall time may be trusted. Any thread. */
public final class GuardedClock implements Clock {
    private final Clock clock;
    private final AtomicReference<ClockGuard> guard;
    private final Consumer<ClockGuard> onChange;

    /**
     * @param clock the underlying clock
     * @param seenMs the last recorded {@link #trustedWallMs} of the previous process; negative if unknown
     * @param onChange called once for each jump and each confirmation, on the thread that found it; must not block
     */
    public GuardedClock(Clock clock, long seenMs, Consumer<ClockGuard> onChange) {
        this.clock = clock;
        this.onChange = onChange;
        Moment now = clock.now();
        ClockGuard begun = seenMs < 0
                ? ClockGuard.first(now.elapsedMs(), now.wallMs())
                : ClockGuard.afterRestart(now.elapsedMs(), now.wallMs(), seenMs);
        guard = new AtomicReference<>(begun);
        if (!begun.isConfirmed()) onChange.accept(begun);
    }

    @Override
    public long elapsedMs() {
        return clock.elapsedMs();
    }

    @Override
    public long wallMs() {
        return clock.wallMs();
    }

    /** The times of both clocks; checks whether the wall clock has jumped since the last call. */
    @Override
    public Moment now() {
        Moment now = clock.now();
        ClockGuard after = change(before -> before.at(now.elapsedMs(), now.wallMs()));
        return new Moment(now.elapsedMs(), now.wallMs(), after.isConfirmed());
    }

    /** Confirms the wall clock on behalf of an operator. */
    public void confirm() {
        Moment now = clock.now();
        change(before -> before.confirm(now.elapsedMs(), now.wallMs()));
    }

    private ClockGuard change(UnaryOperator<ClockGuard> step) {
        while (true) {
            ClockGuard before = guard.get();
            ClockGuard after = step.apply(before);
            if (after == before) return before;
            if (!guard.compareAndSet(before, after)) continue;
            boolean jumped = !after.isConfirmed();
            if (jumped || !before.isConfirmed()) onChange.accept(after);
            return after;
        }
    }

    /** The guard as of the last check. */
    public ClockGuard guard() {
        return guard.get();
    }

    /** The time to record for {@code seenMs} of the next process, in milliseconds since 1970. */
    public long trustedWallMs() {
        return guard.get().trustedWallMs(clock.elapsedMs());
    }
}

package io.letterbox.storage;

import io.letterbox.disk.Disk;
import io.letterbox.log.LastServed;
import io.letterbox.text.FileTrouble;
import io.letterbox.time.Clock;
import io.letterbox.time.ClockGuard;
import io.letterbox.time.GuardedClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the node's wall clock: reports jumps, and records the time until which the data directory was served, which
 * the next start compares with its own time. {@link #check} belongs to one thread; {@link #write} blocks, on any.
 */
public final class ClockWatch {
    private static final Logger LOG = LoggerFactory.getLogger(ClockWatch.class);

    /** How often the file is written. After a kill, the recorded time is at most this old. */
    static final long WRITE_MS = 60_000;

    private static final long MINUTE_MS = 60_000;

    private static final String CURE =
            " Nothing is deleted for its age until the clock is confirmed: by %d min of normal running, or by an"
                    + " operator who has looked at it (POST /clock/confirm, letterbox clock confirm).";

    private final Disk disk;
    private final Path file;
    private final GuardedClock clock;

    // Owned by the thread that looks.
    private long writtenMs;

    private volatile boolean failing;

    /** @param file the file {@link io.letterbox.disk.DataLayout#lastServed} */
    public ClockWatch(Disk disk, Path file, Clock system) throws IOException {
        this.disk = disk;
        this.file = file;
        this.clock = new GuardedClock(system, LastServed.read(disk, file), ClockWatch::report);
        this.writtenMs = clock.elapsedMs() - WRITE_MS;
    }

    /** The clock of this node. */
    public GuardedClock clock() {
        return clock;
    }

    /** Compares the clocks; to be called about every second. Returns true if it is time to {@link #write}. */
    public boolean check() {
        long nowMs = clock.now().elapsedMs();
        if (nowMs - writtenMs < WRITE_MS) return false;
        writtenMs = nowMs;
        return true;
    }

    /** Writes the file. A failure is logged and retried with the next call: serving does not depend on the file. */
    public void write() {
        try {
            LastServed.write(disk, file, clock.trustedWallMs());
            failing = false;
        } catch (IOException e) {
            if (!failing) LOG.warn("{} could not be written, and is tried again: {}", file, FileTrouble.reason(e));
            failing = true;
        }
    }

    /** What is wrong with the wall clock and what would confirm it, in sentences; null if nothing is wrong. */
    public String problem() {
        ClockGuard guard = clock.guard();
        return problem(guard, guard.confirmedInMs(clock.elapsedMs()));
    }

    private static String problem(ClockGuard guard, long leftMs) {
        if (guard.isConfirmed()) return null;
        String by = durationText(Math.abs(guard.jumpMs()));
        boolean forward = guard.jumpMs() > 0;
        String what;
        if (!guard.isOfRestart()) what = "The wall clock went " + (forward ? "forward" : "back") + " by " + by + ".";
        else if (forward)
            what = "The wall clock is " + by
                    + " ahead of when this server last ran: it was off that long, or the clock is" + " wrong.";
        else what = "The wall clock is " + by + " behind when this server last ran.";
        long leftMinutes = (leftMs + MINUTE_MS - 1) / MINUTE_MS;
        return what + String.format(CURE, leftMinutes);
    }

    private static String durationText(long ms) {
        Duration time = Duration.ofMillis(ms);
        if (time.toDays() >= 2) return time.toDays() + " days";
        return time.toHours() + " h " + time.toMinutesPart() + " min";
    }

    private static void report(ClockGuard guard) {
        if (guard.isConfirmed()) {
            LOG.warn("The wall clock is confirmed: what is too old is deleted again");
        } else if (guard.isOfRestart() && guard.jumpMs() > 0) {
            // Only a warning: usually the server was switched off for that time.
            LOG.warn("{}", problem(guard, ClockGuard.CONFIRM_MS));
        } else {
            LOG.error("{}", problem(guard, ClockGuard.CONFIRM_MS));
        }
    }
}

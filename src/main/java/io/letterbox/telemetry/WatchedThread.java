package io.letterbox.telemetry;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that gets an empty task at intervals. The time that it takes to run it is the time that every task waits
 * for the thread. Owned by the watching thread, unless a field says otherwise.
 */
final class WatchedThread {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadWatch.class);

    /** The shortest time between two log messages about the same thread. */
    static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** The longest lag is that of the current window and of the one before. */
    static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** The number of stack frames that are logged, from the innermost on. */
    private static final int CALLS = 12;

    private static final double NANOS_PER_SECOND = 1e9;

    private final String name;
    private final ThreadKind kind;
    private final Executor executor;
    private final DistributionDataPoint lags;
    private final LongSupplier nanoTime;

    private boolean waiting;
    private long taskNumber;
    private long queuedNanos;
    private boolean logged;
    private boolean everLogged;
    private long loggedNanos;

    /** Whether the thread was seen in a system call for a disk or a socket since the last task. */
    private boolean waitedForSystem;

    private boolean windowed;
    private long windowNanos;
    private long longestNow;
    private long longestBefore;

    /** Written by the watched thread. */
    private volatile TaskRun lastRun;

    // For readers on any thread.
    private volatile BlockedThread blocked;
    private volatile long longestNanos;

    private record TaskRun(long taskNumber, long nanos, Thread thread) {}

    WatchedThread(String name, ThreadKind kind, Executor executor, DistributionDataPoint lags, LongSupplier nanoTime) {
        this.name = name;
        this.kind = kind;
        this.executor = executor;
        this.lags = lags;
        this.nanoTime = nanoTime;
        this.blocked = new BlockedThread(name, 0, false);
    }

    String name() {
        return name;
    }

    /** The state of the thread: blocked for 0 if it has run the last task. Any thread. */
    BlockedThread blocked() {
        return blocked;
    }

    /** The longest lag in the last minute or two. Any thread. */
    long longestNanos() {
        return longestNanos;
    }

    /**
     * Checks whether the last task has run, and queues the next.
     *
     * @param nowNanos the watch's time, without the standstills
     * @param standstillNanos the sum of the standstills so far, by which the watched thread's clock is ahead
     */
    void check(long nowNanos, long standstillNanos) {
        rotateWindow(nowNanos);
        TaskRun last = lastRun;
        if (waiting && last != null && last.taskNumber == taskNumber) onTaskRun(last, standstillNanos);
        if (waiting) onStillWaiting(nowNanos);
        else queueTask(nowNanos);
    }

    private void queueTask(long nowNanos) {
        waiting = true;
        waitedForSystem = false;
        queuedNanos = nowNanos;
        long asked = ++taskNumber;
        executor.execute(() -> lastRun = new TaskRun(asked, nanoTime.getAsLong(), Thread.currentThread()));
    }

    private void onTaskRun(TaskRun last, long standstillNanos) {
        waiting = false;
        long lag = Math.max(0, last.nanos - standstillNanos - queuedNanos);
        lags.observe(lag / NANOS_PER_SECOND);
        recordLag(lag);
        blocked = new BlockedThread(name, 0, false);
        if (logged) LOG.info("The thread {} goes on after {}", name, seconds(lag));
        logged = false;
    }

    private void onStillWaiting(long nowNanos) {
        long lag = nowNanos - queuedNanos;
        recordLag(lag);
        boolean worthALine = lag >= kind.logAfterNanos();
        StackTraceElement[] calls =
                worthALine && lastRun != null ? lastRun.thread.getStackTrace() : new StackTraceElement[0];
        waitedForSystem |= isInSystem(calls);
        blocked = new BlockedThread(name, lag, isCurable(calls));
        if (!worthALine || logged || everLogged && nowNanos - loggedNanos < QUIET_NANOS) return;
        logged = true;
        everLogged = true;
        loggedNanos = nowNanos;
        LOG.warn("The thread {} has been blocked for {}: {}", name, seconds(lag), text(calls));
    }

    /**
     * Whether a restart would help. A shard that waits is waiting for its disk, directly or through another thread;
     * code that is busy for so long never ends; an event loop should not even wait.
     */
    private boolean isCurable(StackTraceElement[] calls) {
        if (calls.length == 0 || waitedForSystem) return false;
        return kind == ThreadKind.EVENT_LOOP || lastRun.thread.getState() == Thread.State.RUNNABLE;
    }

    private static boolean isInSystem(StackTraceElement[] calls) {
        if (calls.length == 0 || !calls[0].isNativeMethod()) return false;
        String in = calls[0].getClassName();
        return Stream.of("sun.nio.", "java.io.", "io.netty.").anyMatch(in::startsWith);
    }

    private void recordLag(long nanos) {
        longestNow = Math.max(longestNow, nanos);
        longestNanos = Math.max(longestNow, longestBefore);
    }

    private void rotateWindow(long nowNanos) {
        if (windowed && nowNanos - windowNanos < WINDOW_NANOS) return;
        windowed = true;
        windowNanos = nowNanos;
        longestBefore = longestNow;
        longestNow = 0;
        recordLag(0);
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f s", nanos / NANOS_PER_SECOND);
    }

    /** The stack in one line, innermost frame first, without the frames that every thread begins with. */
    private String text(StackTraceElement[] calls) {
        if (calls.length == 0) return "it is not known where";
        Predicate<StackTraceElement> beginning = call -> call.getClassName().equals("java.lang.Thread")
                && call.getMethodName().equals("run");
        return Stream.of(calls)
                .filter(beginning.negate())
                .limit(CALLS)
                .map(call -> call.getClassName() + "." + call.getMethodName() + ":" + call.getLineNumber())
                .collect(Collectors.joining(" < ", lastRun.thread.getName() + " is in ", ""));
    }
}

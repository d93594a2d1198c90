package io.letterbox.telemetry;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the threads on which everything else depends: event loops, shards, and workers with ordered tasks. A thread
 * of its own gives each of them an empty task twice a second, and measures how long it takes to run. Replaces the check
 * of Vert.x, which reads the clock for every task, and does not see how long tasks are queued.
 *
 * <p>When the whole process stood still (a suspended machine, a debugger, a full garbage collection), no thread was
 * blocked: what the watch itself missed does not count as lag.
 */
public final class ThreadWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadWatch.class);

    /** The interval between two checks of every thread. */
    static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** A check that is later than this after the one before means that the process stood still, not a thread. */
    static final long LATE_NANOS = 3 * TICK_NANOS;

    /** The standstill that is logged. */
    private static final long WORTH_A_LINE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final double NANOS_PER_SECOND = 1e9;

    /** From an idle event loop to a lost one. */
    private static final double[] LAG_SECONDS = {0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60};

    private final LongSupplier nanoTime;
    private final Histogram lags;
    private final Counter standstill;
    private final List<WatchedThread> threads = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::run, "letterbox-watch");

    // Owned by the watching thread.
    private boolean checked;
    private long checkedNanos;
    private long standstillNanos;

    /** Creates the meters; {@link #start} starts the thread. */
    public ThreadWatch(Meters meters) {
        this(meters, System::nanoTime);
    }

    ThreadWatch(Meters meters, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        lags = meters.histogram(
                "letterbox_thread_lag_seconds",
                "Time that a watched thread took to come to what waited for it, by kind of thread.",
                LAG_SECONDS,
                "kind");
        standstill = meters.counter(
                "letterbox_standstill_seconds",
                "Time in which no thread of the process came on: suspended, short of processors, or collecting"
                        + " garbage.");
        meters.register(new ThreadCollector());
        thread.setDaemon(true);
    }

    /**
     * Adds a thread. Any thread.
     *
     * @param name a constant, as in {@code event-loop-0}; becomes a label
     * @param executor runs tasks on that thread, behind those that are queued
     */
    public void watch(String name, ThreadKind kind, Executor executor) {
        threads.add(new WatchedThread(name, kind, executor, lags.labelValues(kind.label()), nanoTime));
    }

    /** Starts to watch, after everything has been started: until then the threads are expected to be busy. */
    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!Thread.interrupted()) {
                check();
                TimeUnit.NANOSECONDS.sleep(TICK_NANOS);
            }
        } catch (InterruptedException closed) {
            // The thread is interrupted to end it.
        }
    }

    /** Checks every thread. On the watching thread. */
    void check() {
        long now = nanoTime.getAsLong();
        long since = now - checkedNanos;
        if (checked && since > LATE_NANOS) onStandstill(since - TICK_NANOS);
        checked = true;
        checkedNanos = now;
        for (WatchedThread watched : threads) {
            try {
                watched.check(now - standstillNanos, standstillNanos);
            } catch (RejectedExecutionException gone) {
                threads.remove(watched);
            }
        }
    }

    private void onStandstill(long nanos) {
        standstillNanos += nanos;
        standstill.inc(nanos / NANOS_PER_SECOND);
        if (nanos < WORTH_A_LINE_NANOS) return;
        LOG.warn(
                "The whole process stood still for {}: it was suspended, had no processor, or collected garbage",
                String.format(Locale.ROOT, "%.1f s", nanos / NANOS_PER_SECOND));
    }

    /** The blocked threads, longest blocked first. Any thread. */
    public List<BlockedThread> blocked() {
        return threads.stream()
                .map(WatchedThread::blocked)
                .filter(blocked -> blocked.nanos() > 0)
                .sorted(Comparator.comparingLong(BlockedThread::nanos).reversed())
                .toList();
    }

    /** Stops watching; to be called before the watched threads end. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.clear();
    }

    /** Exports the state of each thread. */
    private final class ThreadCollector implements MultiCollector {
        private static final String BLOCKED = "letterbox_thread_blocked_seconds";
        private static final String LONGEST = "letterbox_thread_longest_lag_seconds";

        @Override
        public List<String> getPrometheusNames() {
            return List.of(BLOCKED, LONGEST);
        }

        @Override
        public MetricSnapshots collect() {
            GaugeSnapshot.Builder blocked = GaugeSnapshot.builder()
                    .name(BLOCKED)
                    .help("For how long a watched thread has not come to what waits for it; 0 as a rule.");
            GaugeSnapshot.Builder longest = GaugeSnapshot.builder()
                    .name(LONGEST)
                    .help("The longest that a watched thread took to come to what waited, in the last minute or two.");
            for (WatchedThread watched : threads) {
                Labels labels = Labels.of("thread", watched.name());
                blocked.dataPoint(point(labels, watched.blocked().nanos()));
                longest.dataPoint(point(labels, watched.longestNanos()));
            }
            return MetricSnapshots.of(blocked.build(), longest.build());
        }

        private static GaugeDataPointSnapshot point(Labels labels, long nanos) {
            return GaugeDataPointSnapshot.builder()
                    .labels(labels)
                    .value(nanos / NANOS_PER_SECOND)
                    .build();
        }
    }
}

package io.letterbox.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ThreadWatchTest {
    private final Meters meters = new Meters(ProcessMetrics.newRegistry());
    private final AtomicLong now = new AtomicLong(1_000_000_000L);
    private final ThreadWatch watch = new ThreadWatch(meters, now::get);

    /** The tasks that a blocked thread has been given. */
    private final ArrayDeque<Runnable> given = new ArrayDeque<>();

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(ThreadWatch.class);

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void close() {
        logger.detachAppender(log);
        watch.close();
        meters.registry().close();
    }

    private Exposition scrape() {
        return new Exposition(meters.registry().scrape(TelemetryRoutes.TEXT));
    }

    /** Lets the watch check on time until the duration has passed. */
    private void pass(Duration time) {
        for (long left = time.toNanos(); left > 0; left -= ThreadWatch.TICK_NANOS) {
            now.addAndGet(ThreadWatch.TICK_NANOS);
            watch.check();
        }
    }

    private void answer() {
        given.remove().run();
    }

    private List<String> lines() {
        synchronized (log) { // Another thread may be appending.
            return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
        }
    }

    @Test
    void aBlockedEventLoopIsToldOnceWithWhereItIsAndShownWhileItLasts() throws Exception {
        VertxInternal vertx = (VertxInternal) Vertx.vertx(
                new VertxOptions().setEventLoopPoolSize(1).setBlockedThreadCheckInterval(TimeUnit.DAYS.toMillis(1)));
        CountDownLatch release = new CountDownLatch(1);
        Meters own = new Meters(ProcessMetrics.newRegistry());
        try (ThreadWatch real = new ThreadWatch(own)) {
            real.watch(
                    "event-loop-0",
                    ThreadKind.EVENT_LOOP,
                    vertx.eventLoopGroup().next());
            real.start();
            await().until(() -> answers(own) > 0);
            vertx.runOnContext(go -> hold(release));
            await().until(() -> !lines().isEmpty());
            assertThat(lines())
                    .singleElement()
                    .asString()
                    .startsWith("The thread event-loop-0 has been blocked for ")
                    .contains("ThreadWatchTest.hold:")
                    .doesNotContain("\n");
            BlockedThread blocked = real.blocked().get(0);
            assertThat(blocked.nanos()).isGreaterThanOrEqualTo(ThreadKind.EVENT_LOOP.logAfterNanos());
            assertThat(blocked.curable()).isTrue();
            release.countDown();
            await().until(() -> lines().size() > 1);
            assertThat(lines().get(1)).startsWith("The thread event-loop-0 goes on after ");
            await().until(() -> real.blocked().isEmpty());
        } finally {
            release.countDown();
            vertx.close().await(30, TimeUnit.SECONDS);
            own.registry().close();
        }
    }

    private static double answers(Meters meters) {
        return new Exposition(meters.registry().scrape(TelemetryRoutes.TEXT))
                .value("letterbox_thread_lag_seconds_count", Map.of("kind", "event_loop"));
    }

    private static void hold(CountDownLatch release) {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void showsForHowLongAndWhatWasLongest() {
        watch.watch("shard-0", ThreadKind.SHARD, given::add);
        watch.check();
        pass(Duration.ofSeconds(12));
        Map<String, String> shard = Map.of("thread", "shard-0");
        assertThat(scrape().value("letterbox_thread_blocked_seconds", shard)).isEqualTo(12);
        assertThat(watch.blocked()).extracting(BlockedThread::name).containsExactly("shard-0");
        answer();
        pass(Duration.ofSeconds(1));
        assertThat(watch.blocked())
                .as("it waits for the next answer, and not for long")
                .allMatch(b -> b.nanos() < 1e9);
        answer();
        pass(Duration.ofMillis(500));
        Exposition page = scrape();
        assertThat(page.value("letterbox_thread_longest_lag_seconds", shard)).isEqualTo(12);
        assertThat(page.value("letterbox_thread_lag_seconds_count", Map.of("kind", "shard")))
                .isEqualTo(2);
        pass(Duration.ofSeconds(1));
        for (int second = 0; second < 180; second++) {
            if (!given.isEmpty()) answer();
            pass(Duration.ofSeconds(1));
        }
        assertThat(scrape().value("letterbox_thread_longest_lag_seconds", shard))
                .as("what was long ago is forgotten")
                .isLessThan(5);
    }

    @Test
    void isToldOnceAMinuteHoweverOftenItHappens() {
        watch.watch("shard-0", ThreadKind.SHARD, given::add);
        watch.check();
        for (int times = 0; times < 3; times++) {
            pass(Duration.ofSeconds(10));
            answer();
            pass(Duration.ofSeconds(1));
        }
        assertThat(lines()).hasSize(2);
        assertThat(lines().get(0)).startsWith("The thread shard-0 has been blocked for 5.0 s: ");
        assertThat(lines().get(1)).isEqualTo("The thread shard-0 goes on after 10.0 s");
        pass(Duration.ofSeconds(60));
        assertThat(lines()).hasSize(3);
    }

    @Test
    void aProcessThatStoodStillHadNoBlockedThread() {
        watch.watch("event-loop-0", ThreadKind.EVENT_LOOP, given::add);
        watch.check();
        pass(Duration.ofSeconds(1));
        now.addAndGet(Duration.ofMinutes(10).toNanos());
        watch.check();
        assertThat(watch.blocked()).singleElement().matches(blocked -> blocked.nanos() < 3e9);
        answer();
        pass(Duration.ofMillis(500));
        Exposition page = scrape();
        assertThat(page.value("letterbox_thread_longest_lag_seconds", Map.of("thread", "event-loop-0")))
                .isLessThan(3);
        assertThat(page.value("letterbox_standstill_seconds_total", Map.of())).isBetween(598.0, 600.0);
        assertThat(lines()).singleElement().asString().startsWith("The whole process stood still for ");
    }

    @Test
    void aThreadThatIsBlockedBeforeAndAfterAStandstillIsBlocked() {
        watch.watch("event-loop-0", ThreadKind.EVENT_LOOP, given::add);
        watch.check();
        pass(Duration.ofSeconds(6));
        now.addAndGet(Duration.ofMinutes(10).toNanos());
        watch.check();
        pass(Duration.ofSeconds(6));
        assertThat(watch.blocked())
                .singleElement()
                .matches(blocked -> blocked.nanos() >= 12e9 && blocked.nanos() < 14e9);
    }

    @Test
    void aThreadThatHasEndedIsNotWatchedAnyMore() {
        watch.watch("shard-0", ThreadKind.SHARD, work -> {
            throw new java.util.concurrent.RejectedExecutionException("closed");
        });
        pass(Duration.ofSeconds(20));
        assertThat(watch.blocked()).isEmpty();
        assertThat(lines()).isEmpty();
    }
}

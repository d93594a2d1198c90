package io.letterbox;

import io.letterbox.time.Clock;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the thread that starts the server waits for other nodes: what for is told to whoever asks for the health, and to
 * the log every ten seconds. An interrupt ends the start.
 */
final class StartWait {
    private static final Logger LOG = LoggerFactory.getLogger(StartWait.class);
    static final long SAY_MS = 10_000;
    private static final long LOOK_MS = 20;
    private static final long BARRIER_SECONDS = 5;

    private final Clock clock;
    private final Consumer<String> health;
    private final Consumer<String> log;
    private long saidMs;

    /** @param health told again and again what is waited for, a sentence */
    StartWait(Consumer<String> health) {
        this(Clock.system(), health, sentence -> LOG.warn("{}", sentence));
    }

    StartWait(Clock clock, Consumer<String> health, Consumer<String> log) {
        this.clock = clock;
        this.health = health;
        this.log = log;
        this.saidMs = clock.elapsedMs();
    }

    /**
     * Waits a moment before the next look.
     *
     * @param waitsFor a sentence
     */
    void pause(String waitsFor) throws IOException {
        say(waitsFor);
        pause();
    }

    /** Waits a moment before the next look, and says nothing. */
    static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
    }

    /** What is waited for; said in the log where that has not been for long. */
    void say(String waitsFor) {
        health.accept(waitsFor);
        long nowMs = clock.elapsedMs();
        if (nowMs - saidMs < SAY_MS) return;
        saidMs = nowMs;
        log.accept(waitsFor);
    }

    /**
     * Waits for what may take as long as it wants.
     *
     * @param waitsFor a sentence, asked for at every look
     */
    <T> T result(Future<T> future, Supplier<String> waitsFor) throws IOException {
        while (!future.isComplete()) pause(waitsFor.get());
        return future.await();
    }

    /** Waits some seconds for a barrier; null if it was passed, else why it was not. */
    static Throwable failureOf(CompletionStage<?> barrier) throws IOException {
        try {
            barrier.toCompletableFuture().get(BARRIER_SECONDS, TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException failed) {
            return failed.getCause();
        } catch (TimeoutException late) {
            return late;
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
    }

    private static IOException interrupted(InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return new IOException("interrupted", stopped);
    }
}

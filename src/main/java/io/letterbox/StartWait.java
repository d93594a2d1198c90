package io.letterbox;

import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How the thread that starts the server waits for other nodes. An interrupt ends the start. */
final class StartWait {
    private static final long LOOK_MS = 20;
    private static final long BARRIER_SECONDS = 5;

    private StartWait() {}

    /** Waits a moment before the next look. */
    static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
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

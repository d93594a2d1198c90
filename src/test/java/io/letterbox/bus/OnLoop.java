package io.letterbox.bus;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls what an event loop owns from a test's thread. */
public final class OnLoop {
    private static final int PATIENCE_SECONDS = 30;

    private OnLoop() {}

    /** Runs a task on a loop and returns what it returned, or throws what it threw. */
    public static <T> T call(Context loop, Callable<T> task) throws TimeoutException {
        Promise<T> done = Promise.promise();
        loop.runOnContext(go -> {
            try {
                done.complete(task.call());
            } catch (Exception failure) {
                done.fail(failure);
            }
        });
        return done.future().await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}

package io.letterbox.storage.coordinator;

import io.vertx.core.Context;
import io.vertx.core.Vertx;

/** Wakes the coordinators of one shard, on its thread. */
final class ShellTimers {
    private final Vertx vertx;
    private final Context context;

    ShellTimers(Vertx vertx, Context context) {
        this.vertx = vertx;
        this.context = context;
    }

    /** Runs something after a time, in milliseconds, 1 or more; the result is for {@link #cancel}. */
    long after(long delayMs, Runnable work) {
        return vertx.setTimer(delayMs, id -> context.runOnContext(v -> work.run()));
    }

    void cancel(long id) {
        vertx.cancelTimer(id);
    }

    /** Runs something behind what the shard has to do already. */
    void soon(Runnable work) {
        context.runOnContext(v -> work.run());
    }
}

package io.letterbox.storage.coordinator;

import io.vertx.core.Context;
import io.vertx.core.Vertx;

/** Wakes the coordinators of one shard, on its thread. */
interface ShellTimers {
    /** Runs something after a time, in milliseconds, 1 or more; the result is for {@link #cancel}. */
    long after(long delayMs, Runnable work);

    void cancel(long id);

    /** Runs something behind what the shard has to do already. */
    void soon(Runnable work);

    /** The timers of a verticle. */
    static ShellTimers of(Vertx vertx, Context context) {
        return new ShellTimers() {
            @Override
            public long after(long delayMs, Runnable work) {
                return vertx.setTimer(delayMs, id -> context.runOnContext(v -> work.run()));
            }

            @Override
            public void cancel(long id) {
                vertx.cancelTimer(id);
            }

            @Override
            public void soon(Runnable work) {
                context.runOnContext(v -> work.run());
            }
        };
    }
}

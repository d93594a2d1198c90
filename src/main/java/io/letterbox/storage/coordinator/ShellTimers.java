package io.letterbox.storage.coordinator;

import io.vertx.core.Context;
import io.vertx.core.Vertx;

/** The timers of the coordinators of one shard. They go off on its thread. */
interface ShellTimers {
    /** Runs a task after a delay in milliseconds, 1 or more. Returns the timer's id for {@link #cancel}. */
    long after(long delayMs, Runnable work);

    void cancel(long id);

    /** Queues a task on the shard's thread. */
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

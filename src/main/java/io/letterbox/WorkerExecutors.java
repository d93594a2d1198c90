package io.letterbox;

import io.vertx.core.internal.ContextInternal;
import io.vertx.core.spi.ExecutorServiceFactory;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Makes the executors of Vert.x' worker pools; Vert.x finds it as a service.
 *
 * <p>Vert.x wakes the thread of a worker context while it holds the lock of the context's queue, which is the first
 * thing that the woken thread needs: on busy cores the thread waits for the lock, and has to be woken once more.
 * Therefore what an event loop hands to a single thread is passed on right behind the loop's current task, which holds
 * no lock.
 */
public final class WorkerExecutors implements ExecutorServiceFactory {
    @Override
    public ExecutorService createExecutor(ThreadFactory threads, Integer concurrency, Integer maxConcurrency) {
        if (maxConcurrency == 1) return new SingleThread(threads);
        return ExecutorServiceFactory.INSTANCE.createExecutor(threads, concurrency, maxConcurrency);
    }

    private static final class SingleThread extends ThreadPoolExecutor {
        SingleThread(ThreadFactory threads) {
            super(1, 1, 0, TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>(), threads);
        }

        @Override
        public void execute(Runnable task) {
            ContextInternal caller = ContextInternal.current();
            if (caller != null && caller.isEventLoopContext()) {
                caller.nettyEventLoop().execute(() -> super.execute(task));
            } else {
                super.execute(task);
            }
        }
    }
}

package io.letterbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkerExecutorsTest {
    private final Vertx vertx = Vertx.vertx();
    private final ContextInternal loop = ((VertxInternal) vertx).createEventLoopContext();
    private final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
    private final ExecutorService single = executor(1);
    private final ExecutorService several = executor(2);

    private static ExecutorService executor(int threads) {
        return new WorkerExecutors().createExecutor(Executors.defaultThreadFactory(), threads, threads);
    }

    @AfterEach
    void stop() throws Exception {
        single.shutdownNow();
        several.shutdownNow();
        vertx.close().await(30, TimeUnit.SECONDS);
    }

    private Object next() throws InterruptedException {
        return seen.poll(30, TimeUnit.SECONDS);
    }

    @Test
    void aSingleThreadGetsWhatALoopHandsOverBehindTheLoopsTaskInItsOrder() throws Exception {
        CountDownLatch handedOver = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        loop.runOnContext(task -> {
            single.execute(() -> seen.add(1));
            single.execute(() -> seen.add(2));
            handedOver.countDown();
            await(ended);
            seen.add("the end of the task");
        });
        await(handedOver);
        // Another thread does not wait for the loop, and shows that nothing of the loop's is there yet.
        single.execute(() -> seen.add("from outside"));
        assertThat(next()).isEqualTo("from outside");
        ended.countDown();
        assertThat(List.of(next(), next(), next())).isEqualTo(List.of("the end of the task", 1, 2));
    }

    @Test
    void severalThreadsGetTheirTasksAtOnce() throws Exception {
        loop.runOnContext(task -> {
            CountDownLatch run = new CountDownLatch(1);
            several.execute(run::countDown);
            await(run);
            seen.add("run");
        });
        assertThat(next()).isEqualTo("run");
    }

    @Test
    void vertxUsesThem() throws Exception {
        var shard = vertx.createSharedWorkerExecutor("one", 1);
        CountDownLatch handedOver = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        loop.runOnContext(task -> {
            shard.executeBlocking(() -> seen.add("blocking"));
            handedOver.countDown();
            await(ended);
            seen.add("the end of the task");
        });
        await(handedOver);
        ended.countDown();
        assertThat(List.of(next(), next())).isEqualTo(List.of("the end of the task", "blocking"));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

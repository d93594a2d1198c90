package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.TopicPartition;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AcknowledgementsTest {
    private final Vertx vertx = Vertx.vertx();
    private final Acknowledgements answers = new Acknowledgements();

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(30, TimeUnit.SECONDS);
    }

    private static Append append(Promise<Appended> done) {
        return new Append(new TopicPartition("a", 0), ByteBuffer.allocate(1), 1, null, done);
    }

    private static Appended at(long offset) {
        return new Appended(offset, -1, 0, false);
    }

    @Test
    void aContextGetsAllItsAnswersInOneTaskInTheirOrder() throws Exception {
        ContextInternal loop = ((VertxInternal) vertx).createEventLoopContext();
        BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch sent = new CountDownLatch(1);
        loop.runOnContext(task -> {
            busy.countDown();
            await(sent);
        });
        await(busy);
        for (long offset = 0; offset < 3; offset++) {
            Promise<Appended> done = loop.promise();
            done.future().onComplete(outcome -> seen.add(outcome.result().baseOffset()));
            answers.add(append(done), at(offset));
        }
        answers.send();
        assertThat(((SingleThreadEventExecutor) loop.nettyEventLoop()).pendingTasks())
                .isEqualTo(1);
        assertThat(seen).isEmpty();
        sent.countDown();
        assertThat(take(seen, 3)).isEqualTo(List.of(0L, 1L, 2L));
    }

    @Test
    void aRefusalKeepsItsPlaceAmongTheAnswers() throws Exception {
        ContextInternal loop = ((VertxInternal) vertx).createEventLoopContext();
        BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        ApiException fenced = new ApiException(ErrorCode.INVALID_PRODUCER_EPOCH, "No.");
        for (long offset = 0; offset < 3; offset++) {
            Promise<Appended> done = loop.promise();
            done.future().onSuccess(reply -> seen.add(reply.baseOffset())).onFailure(seen::add);
            if (offset == 1) answers.refuse(append(done), fenced);
            else answers.add(append(done), at(offset));
        }
        answers.send();
        assertThat(take(seen, 3)).isEqualTo(List.of(0L, fenced, 2L));
    }

    @Test
    void eachContextGetsItsOwnOnItself() throws Exception {
        BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        for (int number = 0; number < 2; number++) {
            ContextInternal loop = ((VertxInternal) vertx).createEventLoopContext();
            Promise<Appended> done = loop.promise();
            done.future().onComplete(outcome -> seen.add(Vertx.currentContext() == loop));
            answers.add(append(done), at(number));
        }
        answers.send();
        assertThat(take(seen, 2)).isEqualTo(List.of(true, true));
    }

    @Test
    void whatNoContextWaitsForIsAnsweredAtOnce() {
        Promise<Appended> done = Promise.promise();
        answers.add(append(done), at(7));
        assertThat(done.future().result()).isEqualTo(at(7));
        answers.send();
    }

    @Test
    void nothingIsGivenTwice() throws Exception {
        ContextInternal loop = ((VertxInternal) vertx).createEventLoopContext();
        BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        loop.exceptionHandler(seen::add);
        Promise<Appended> done = loop.promise();
        done.future().onComplete(outcome -> seen.add(outcome.result()));
        answers.add(append(done), at(1));
        answers.send();
        answers.send();
        loop.runOnContext(end -> seen.add("end"));
        assertThat(take(seen, 2)).isEqualTo(List.of(at(1), "end"));
    }

    private static List<Object> take(BlockingQueue<Object> queue, int count) throws InterruptedException {
        List<Object> taken = new ArrayList<>();
        while (taken.size() < count) {
            Object next = queue.poll(30, TimeUnit.SECONDS);
            if (next == null) break;
            taken.add(next);
        }
        return taken;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

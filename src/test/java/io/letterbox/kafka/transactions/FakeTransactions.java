package io.letterbox.kafka.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.access.Principal;
import io.letterbox.bus.Coordinators;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;

/** Coordinators that answer what a test says, when the test says so. Thread-safe. */
final class FakeTransactions implements Coordinators {
    final BlockingQueue<Question> asked = new LinkedBlockingQueue<>();

    /** A request with its principal, and the promise of its answer. */
    record Question(CoordinatorCommand<?> command, Principal principal, Promise<Object> promise) {
        void answer(Object answer) {
            promise.complete(answer);
        }

        void answer(TopicPartition partition, Errors error) {
            answer(Map.of(partition, error));
        }

        void fail(Throwable refusal) {
            promise.fail(refusal);
        }
    }

    /** Waits for the next request. */
    Question next() throws InterruptedException {
        Question question = asked.poll(30, TimeUnit.SECONDS);
        assertThat(question).as("a question").isNotNull();
        return question;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <R> Future<R> ask(CoordinatorCommand<R> command, Principal principal) {
        Promise<Object> promise =
                Vertx.currentContext() instanceof ContextInternal context ? context.promise() : Promise.promise();
        asked.add(new Question(command, principal, promise));
        return promise.future().map(answer -> (R) answer);
    }

    @Override
    public <R> Future<List<R>> askAll(CoordinatorCommand<R> command, Principal principal) {
        return ask(command, principal).map(List::of);
    }

    @Override
    public Future<TopicPartition> coordinatorOf(String topic, String key) {
        return Future.succeededFuture(new TopicPartition(topic, 0));
    }
}

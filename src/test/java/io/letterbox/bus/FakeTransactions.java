package io.letterbox.bus;

import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Allocates producer ids; has no transactions. Safe from any thread. */
public final class FakeTransactions implements Transactions {
    private final AtomicLong next = new AtomicLong(1_000);

    @Override
    public <R> Future<R> ask(CoordinatorCommand<R> command) {
        throw new AssertionError("nobody asks for transactions here");
    }

    @Override
    public <R> Future<List<R>> askAll(CoordinatorCommand<R> command) {
        throw new AssertionError("nobody asks for transactions here");
    }

    @Override
    public Future<TopicPartition> coordinatorOf(String transactionalId) {
        throw new AssertionError("nobody asks for transactions here");
    }

    @Override
    public Future<Long> newProducerId() {
        return Future.succeededFuture(next.getAndIncrement());
    }
}

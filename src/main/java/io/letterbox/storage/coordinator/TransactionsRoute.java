package io.letterbox.storage.coordinator;

import io.letterbox.bus.Transactions;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The way to the coordinators of transactions: the partitions of {@code __transaction_state}. Any thread. */
public final class TransactionsRoute implements Transactions {
    private final CoordinatorRouter router;
    private final Supplier<Future<Long>> producerIds;

    /** @param producerIds gives ids that nobody had before; safe from any thread */
    public TransactionsRoute(CoordinatorRouter router, Supplier<Future<Long>> producerIds) {
        this.router = router;
        this.producerIds = producerIds;
    }

    /** How {@code __transaction_state} is made. */
    public static CoordinatorRouter.InternalTopic topic(int partitions) {
        // Small segments are compacted soon, so that a replay at the next start has little to read.
        Map<String, String> config = Map.of("cleanup.policy", "compact", "segment.bytes", "104857600");
        return new CoordinatorRouter.InternalTopic(TOPIC, partitions, config);
    }

    @Override
    public <R> Future<R> ask(CoordinatorCommand<R> command) {
        return router.ask(command);
    }

    @Override
    public <R> Future<List<R>> askAll(CoordinatorCommand<R> command) {
        return router.askAll(command);
    }

    @Override
    public Future<TopicPartition> coordinatorOf(String transactionalId) {
        return router.partitionOf(transactionalId);
    }

    @Override
    public Future<Long> newProducerId() {
        return producerIds.get();
    }
}

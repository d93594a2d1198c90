package io.letterbox.storage.coordinator;

import io.letterbox.bus.Metadata;
import io.letterbox.bus.Partitions;
import io.letterbox.bus.Transactions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.function.Supplier;

/** The way to the coordinators of transactions: the partitions of {@code __transaction_state}. Any thread. */
public final class TransactionCoordinatorClient extends CoordinatorRouter implements Transactions {
    private final Supplier<Future<Long>> producerIds;

    /**
     * @param partitions the way to the coordinators
     * @param count how many partitions the internal topic gets, where it is yet to be made
     * @param producerIds gives ids that nobody had before; safe from any thread
     */
    public TransactionCoordinatorClient(
            Vertx vertx, Metadata metadata, Partitions partitions, int count, Supplier<Future<Long>> producerIds) {
        super(vertx, metadata, partitions, new InternalTopic(TOPIC, count));
        this.producerIds = producerIds;
    }

    @Override
    public Future<Long> newProducerId() {
        return producerIds.get();
    }
}

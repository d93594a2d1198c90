package io.letterbox.storage.coordinator;

import io.letterbox.bus.Metadata;
import io.letterbox.bus.Partitions;
import io.letterbox.bus.Transactions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.function.Supplier;

/** Sends requests to the coordinators of transactions, the partitions of {@code __transaction_state}. Any thread. */
public final class TransactionCoordinatorClient extends CoordinatorRouter implements Transactions {
    private final Supplier<Future<Long>> producerIds;

    /**
     * @param partitions sends requests to the coordinators
     * @param count the number of partitions of the internal topic, if it has to be made
     * @param producerIds allocates new producer ids; safe from any thread
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

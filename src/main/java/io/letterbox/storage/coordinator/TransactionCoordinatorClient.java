package io.letterbox.storage.coordinator;

import io.letterbox.bus.Metadata;
import io.letterbox.bus.Transactions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.function.Supplier;

/** The way to the coordinators of transactions: the partitions of {@code __transaction_state}. Any thread. */
public final class TransactionCoordinatorClient extends CoordinatorRouter implements Transactions {
    private final Supplier<Future<Long>> producerIds;

    /**
     * @param shards how many shards this node has
     * @param partitions of the internal topic, where it is yet to be made
     * @param producerIds gives ids that nobody had before; safe from any thread
     */
    public TransactionCoordinatorClient(
            Vertx vertx, Metadata metadata, int shards, int partitions, Supplier<Future<Long>> producerIds) {
        super(vertx, metadata, shards, new InternalTopic(TOPIC, partitions));
        this.producerIds = producerIds;
    }

    @Override
    public Future<Long> newProducerId() {
        return producerIds.get();
    }
}

package io.letterbox.bus;

import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.List;

/**
 * The way to the coordinators of transactions and to new producer ids. Safe from any thread; futures complete on the
 * caller's context. Makes {@code __transaction_state} when it is first needed.
 */
public interface Transactions {
    /** The internal topic that remembers transactional ids and what became of their transactions. */
    String TOPIC = TopicName.TRANSACTION_STATE;

    /**
     * Asks the coordinator of the transactional id that the command names. Fails with an ApiException only where there is
     * none.
     */
    <R> Future<R> ask(CoordinatorCommand<R> command);

    /** Asks every coordinator of this node, for lists. The command's key is ignored. */
    <R> Future<List<R>> askAll(CoordinatorCommand<R> command);

    /**
     * The partition of {@link #TOPIC} that a transactional id belongs to; whoever leads it coordinates its transactions.
     * Makes the topic where it does not exist.
     */
    Future<TopicPartition> coordinatorOf(String transactionalId);

    /** A producer id that nobody had before, in the whole cluster and for ever; 0 or more. */
    Future<Long> newProducerId();
}

package io.letterbox.bus;

import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.List;

/**
 * Access to the coordinators of transactions and to new producer ids. Safe from any thread; futures complete on the
 * caller's context. Makes {@code __transaction_state} when it is first needed.
 */
public interface Transactions {
    /** The internal topic with the state of transactional ids and their transactions. */
    String TOPIC = TopicName.TRANSACTION_STATE;

    /**
     * Asks the coordinator of the transactional id that the command names. Fails with an ApiException only if there is
     * no coordinator.
     */
    <R> Future<R> ask(CoordinatorCommand<R> command);

    /** Asks every coordinator of this node, for lists. The command's key is ignored. */
    <R> Future<List<R>> askAll(CoordinatorCommand<R> command);

    /**
     * The partition of {@link #TOPIC} that a transactional id belongs to; its leader coordinates its transactions.
     * Makes the topic if it does not exist.
     */
    Future<TopicPartition> coordinatorOf(String transactionalId);

    /** A new producer id, unique in the whole cluster and for ever; 0 or more. */
    Future<Long> newProducerId();
}

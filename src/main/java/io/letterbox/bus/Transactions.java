package io.letterbox.bus;

import io.letterbox.coordinator.CoordinatorCommand;
import io.vertx.core.Future;
import java.util.List;

/**
 * The way to the coordinators of transactions and to new producer ids. Safe from any thread; futures complete on the
 * caller's context. Makes {@code __transaction_state} when it is first needed.
 */
public interface Transactions {
    /** Asks the coordinator of the transactional id that the command names. */
    <R> Future<R> ask(CoordinatorCommand<R> command);

    /** Asks every coordinator of this node, for lists. The command's key is ignored. */
    <R> Future<List<R>> askAll(CoordinatorCommand<R> command);

    /** A producer id that nobody had before, in the whole cluster and for ever; 0 or more. */
    Future<Long> newProducerId();
}

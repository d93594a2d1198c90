package io.letterbox.kafka.transactions;

import io.letterbox.access.Principal;
import io.letterbox.bus.Coordinators;
import io.letterbox.error.ApiException;
import io.letterbox.error.UnverifiedTransactionException;
import io.letterbox.kafka.api.CoordinatorErrors;
import io.letterbox.record.TopicPartition;
import io.letterbox.transactions.TransactionCommand.AddPartitionsToTxn;
import io.letterbox.transactions.TransactionCommand.Intent;
import io.vertx.core.Future;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;

/**
 * Asks a transaction's coordinator for a partition that does not know the transaction (KIP-890): newer clients add
 * partitions by writing to them, older ones have added them before.
 */
public final class Verification {
    private final Coordinators coordinators;

    /**
     * The producer that writes.
     *
     * @param transactionalId as in the request
     * @param producerId as in the batch
     * @param producerEpoch as in the batch
     * @param intent whether writing adds the partition
     * @param knowsAbortable whether the version of the request has {@code TRANSACTION_ABORTABLE}
     */
    public record Writer(
            String transactionalId, long producerId, short producerEpoch, Intent intent, boolean knowsAbortable) {}

    public Verification(Coordinators coordinators) {
        this.coordinators = coordinators;
    }

    /**
     * The coordinator's answer for a partition. Never fails.
     *
     * @param principal the producer's principal
     */
    public Future<Errors> of(Writer writer, TopicPartition partition, Principal principal) {
        AddPartitionsToTxn question = new AddPartitionsToTxn(
                writer.transactionalId(),
                writer.producerId(),
                writer.producerEpoch(),
                Set.of(partition),
                writer.intent());
        return coordinators
                .ask(question, principal)
                .transform(outcome -> Future.succeededFuture(
                        outcome.succeeded() ? outcome.result().get(partition) : errorOf(outcome.cause())));
    }

    /** The Kafka error of a failure to reach the coordinator. */
    static Errors errorOf(Throwable failure) {
        boolean stateful = failure instanceof UnverifiedTransactionException || !(failure instanceof ApiException);
        return stateful ? Errors.COORDINATOR_NOT_AVAILABLE : CoordinatorErrors.error(failure);
    }
}

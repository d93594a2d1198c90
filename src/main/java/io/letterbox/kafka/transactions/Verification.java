package io.letterbox.kafka.transactions;

import io.letterbox.bus.Transactions;
import io.letterbox.error.ApiException;
import io.letterbox.error.UnverifiedTransactionException;
import io.letterbox.record.TopicPartition;
import io.letterbox.transactions.TransactionCommand.AddPartitions;
import io.letterbox.transactions.TransactionCommand.Intent;
import io.vertx.core.Future;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;

/**
 * Asks the coordinator of a transaction on behalf of a partition that does not know it to be going on (KIP-890): newer
 * clients add partitions by writing to them, older ones have announced them before.
 */
public final class Verification {
    private final Transactions transactions;

    /**
     * Who writes.
     *
     * @param transactionalId as the request names it
     * @param producerId as the batch names it
     * @param producerEpoch as the batch names it
     * @param intent whether writing adds the partition
     * @param knowsAbortable whether the writer knows {@code TRANSACTION_ABORTABLE}
     */
    public record Writer(
            String transactionalId, long producerId, short producerEpoch, Intent intent, boolean knowsAbortable) {}

    public Verification(Transactions transactions) {
        this.transactions = transactions;
    }

    /** The coordinator's word on a partition. Never fails. */
    public Future<Errors> of(Writer writer, TopicPartition partition) {
        AddPartitions question = new AddPartitions(
                writer.transactionalId(),
                writer.producerId(),
                writer.producerEpoch(),
                Set.of(partition),
                writer.intent());
        return transactions
                .ask(question)
                .transform(outcome -> Future.succeededFuture(
                        outcome.succeeded() ? outcome.result().get(partition) : errorOf(outcome.cause())));
    }

    /** What Kafka calls a failure to reach the coordinator. */
    static Errors errorOf(Throwable failure) {
        boolean stateful = failure instanceof UnverifiedTransactionException || !(failure instanceof ApiException);
        return stateful
                ? Errors.COORDINATOR_NOT_AVAILABLE
                : Errors.forCode(((ApiException) failure).code().kafkaCode());
    }
}

package io.letterbox.transactions;

import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.protocol.Errors;

/**
 * The commands of the coordinator of transactions. Fenced producers get {@code PRODUCER_FENCED}, which the door
 * replaces by {@code INVALID_PRODUCER_EPOCH} for clients that are too old to know it.
 *
 * @param <R> the answer
 */
public sealed interface TransactionCommand<R> extends CoordinatorCommand<R> {
    @Override
    default String topic() {
        return TopicName.TRANSACTION_STATE;
    }

    /** A producer initialises with a transactional id, which is not null (InitProducerId). */
    record InitProducer(InitProducerIdRequestData data) implements TransactionCommand<InitProducerIdResponseData> {
        @Override
        public String key() {
            return data.transactionalId();
        }
    }

    /**
     * Adds partitions to a transaction, or verifies that they are part of it.
     *
     * @param key the transactional id
     * @param producerId the producer's id
     * @param epoch the producer's epoch
     * @param partitions the partitions, which exist
     * @param intent whether to add or to verify them
     */
    record AddPartitionsToTxn(String key, long producerId, short epoch, Set<TopicPartition> partitions, Intent intent)
            implements TransactionCommand<Map<TopicPartition, Errors>> {
        public AddPartitionsToTxn {
            partitions = Set.copyOf(partitions);
        }
    }

    /** The purpose of {@link AddPartitionsToTxn}. */
    enum Intent {
        /** A producer of the older protocol adds partitions before it writes to them. */
        ADD_CLASSIC,
        /**
         * A producer whose epoch rises with every transaction has begun to write to the partitions (KIP-890 part 2).
         */
        ADD,
        /** Verifies that the partitions have been added; nothing changes (KIP-890 part 1). */
        VERIFY
    }

    /**
     * A producer ends its transaction (EndTxn).
     *
     * @param raiseEpoch true for the newer protocol, in which the end raises the producer's epoch (version 5 and up)
     */
    record EndTransaction(EndTxnRequestData data, boolean raiseEpoch)
            implements TransactionCommand<EndTxnResponseData> {
        @Override
        public String key() {
            return data.transactionalId();
        }
    }

    /** Describes a transactional id. */
    record DescribeTransaction(String key)
            implements TransactionCommand<DescribeTransactionsResponseData.TransactionState> {}

    /**
     * Lists transactional ids, in pages and in order. The caller applies the request's pattern.
     *
     * @param after the id after which the page begins; null for the first page
     * @param limit how many ids are examined, 1 or more
     */
    record ListTransactions(ListTransactionsRequestData data, String after, int limit)
            implements TransactionCommand<ListedTransactions> {
        @Override
        public String key() {
            return "";
        }
    }

    /**
     * Reports that the shell has performed {@link WriteMarkers}. Fails if the log refuses the record that follows from
     * it; then the shell repeats the command.
     */
    record MarkersWritten(String key, long producerId, short epoch) implements TransactionCommand<Void> {}

    /** Repeats a request with a new producer id: the shell has performed {@link AcquireProducerId}. */
    record WithProducerId(CoordinatorRequest<?> question, long producerId) implements TransactionCommand<Void> {
        @Override
        public String key() {
            return question.command().key();
        }
    }
}

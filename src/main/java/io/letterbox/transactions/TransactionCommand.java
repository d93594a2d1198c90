package io.letterbox.transactions;

import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.coordinator.CoordinatorRequest;
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
 * What the coordinator of transactions is asked. Fenced producers are answered {@code PRODUCER_FENCED}; the door says
 * {@code INVALID_PRODUCER_EPOCH} instead to those that are too old to know it.
 *
 * @param <R> the answer
 */
public sealed interface TransactionCommand<R> extends CoordinatorCommand<R> {
    /** A producer introduces itself; the transactional id is not null. */
    record InitProducer(InitProducerIdRequestData data) implements TransactionCommand<InitProducerIdResponseData> {
        @Override
        public String key() {
            return data.transactionalId();
        }
    }

    /**
     * A producer is about to write, or has written, to partitions.
     *
     * @param key the transactional id
     * @param producerId who asks
     * @param epoch who asks
     * @param partitions which partitions; they exist
     * @param intent what to do about them
     */
    record AddPartitions(String key, long producerId, short epoch, Set<TopicPartition> partitions, Intent intent)
            implements TransactionCommand<Map<TopicPartition, Errors>> {
        public AddPartitions {
            partitions = Set.copyOf(partitions);
        }
    }

    /** What {@link AddPartitions} is for. */
    enum Intent {
        /** A producer announces what it will write to, as it did before KIP-890. */
        ADD_CLASSIC,
        /** A producer whose epoch rises with every transaction has begun to write (KIP-890 part 2). */
        ADD,
        /** An announcement is to be confirmed; nothing changes (KIP-890 part 1). */
        VERIFY
    }

    /**
     * A producer ends its transaction.
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

    /** Somebody wants to know about a transactional id. */
    record Describe(String key) implements TransactionCommand<DescribeTransactionsResponseData.TransactionState> {}

    /**
     * Somebody wants to know which there are, in pages and in order; the pattern is the asker's business.
     *
     * @param after the id behind which the page begins; null: at the first
     * @param limit how many ids are looked at, 1 or more
     */
    record ListAll(ListTransactionsRequestData data, String after, int limit)
            implements TransactionCommand<ListedPage> {
        @Override
        public String key() {
            return "";
        }
    }

    /**
     * The shell has performed {@link WriteMarkers}. Failing is part of the contract: a log that refuses the record that
     * follows refuses this, and the shell asks again.
     */
    record MarkersWritten(String key, long producerId, short epoch) implements TransactionCommand<Void> {}

    /** The shell has performed {@link AcquireProducerId}: the question again, with an id that nobody had before. */
    record WithProducerId(CoordinatorRequest<?> question, long producerId) implements TransactionCommand<Void> {
        @Override
        public String key() {
            return question.command().key();
        }
    }
}

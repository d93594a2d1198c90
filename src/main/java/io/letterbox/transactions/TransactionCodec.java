package io.letterbox.transactions;

import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.coordinator.transaction.generated.CoordinatorRecordType;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogKey;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue.PartitionsSchema;

/**
 * Encodes and decodes transactions as records of {@code __transaction_state}, in Kafka's schemas
 * {@code TransactionLogKey} and {@code TransactionLogValue}, each behind its version.
 */
final class TransactionCodec {
    private static final short KEY_VERSION = CoordinatorRecordType.TRANSACTION_LOG.id();

    /** The first version with tagged fields, which KIP-890 needs; Kafka 3.5 and later read it. */
    private static final short VALUE_VERSION = 1;

    /**
     * The limit for the partitions of an ongoing transaction: below the default max.message.bytes, so that the record
     * that ends it, which is a little larger, fits as well.
     */
    private static final int MAX_PARTITION_BYTES = 1_000_000;

    /** The largest overhead of a topic's name and its number of partitions. */
    private static final int LENGTHS_BYTES = 12;

    private TransactionCodec() {}

    static CoordinatorRecord encode(Transaction transaction) {
        TransactionLogValue value = new TransactionLogValue()
                .setProducerId(transaction.producerId())
                .setProducerEpoch(transaction.epoch())
                .setPreviousProducerId(transaction.previousProducerId())
                .setNextProducerId(transaction.nextProducerId())
                .setTransactionTimeoutMs(transaction.timeoutMs())
                .setTransactionStatus(transaction.state().id())
                .setTransactionPartitions(
                        transaction.state() == TransactionState.EMPTY ? null : byTopic(transaction.partitions()))
                .setTransactionStartTimestampMs(transaction.startMs())
                .setTransactionLastUpdateTimestampMs(transaction.updatedMs())
                .setClientTransactionVersion(transaction.clientVersion());
        return new CoordinatorRecord(key(transaction.id()), MessageUtil.toVersionPrefixedBytes(VALUE_VERSION, value));
    }

    static CoordinatorRecord tombstone(String transactionalId) {
        return new CoordinatorRecord(key(transactionalId), null);
    }

    /** True if the record of a transaction, and that of its end, will be small enough for the log. */
    static boolean fits(Transaction transaction) {
        long bytes = transaction.id().length() * 3L;
        String topic = null;
        for (TopicPartition partition : transaction.partitions()) {
            bytes += Integer.BYTES;
            if (!partition.topic().equals(topic))
                bytes += LENGTHS_BYTES + partition.topic().length();
            topic = partition.topic();
        }
        return bytes <= MAX_PARTITION_BYTES;
    }

    private static byte[] key(String transactionalId) {
        return MessageUtil.toVersionPrefixedBytes(
                KEY_VERSION, new TransactionLogKey().setTransactionalId(transactionalId));
    }

    private static List<PartitionsSchema> byTopic(SortedSet<TopicPartition> partitions) {
        List<PartitionsSchema> topics = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            PartitionsSchema last = topics.isEmpty() ? null : topics.get(topics.size() - 1);
            if (last == null || !last.topic().equals(partition.topic())) {
                last = new PartitionsSchema().setTopic(partition.topic()).setPartitionIds(new ArrayList<>());
                topics.add(last);
            }
            last.partitionIds().add(partition.partition());
        }
        return topics;
    }

    /** The transactional id in a key, or null for an unknown type of record. */
    static String id(byte[] key) {
        ByteBuffer buffer = ByteBuffer.wrap(key);
        if (buffer.getShort() != KEY_VERSION) return null;
        return new TransactionLogKey(new ByteBufferAccessor(buffer), (short) 0).transactionalId();
    }

    /** @throws RuntimeException if the bytes are not a value of a known version */
    static Transaction decode(String transactionalId, byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        short version = buffer.getShort();
        TransactionLogValue value = new TransactionLogValue(new ByteBufferAccessor(buffer), version);
        SortedSet<TopicPartition> partitions = new TreeSet<>();
        if (value.transactionPartitions() != null) {
            for (PartitionsSchema topic : value.transactionPartitions()) {
                for (int partition : topic.partitionIds()) {
                    partitions.add(new TopicPartition(topic.topic(), partition));
                }
            }
        }
        return new Transaction(
                transactionalId,
                value.producerId(),
                value.producerEpoch(),
                value.previousProducerId(),
                value.nextProducerId(),
                value.transactionTimeoutMs(),
                TransactionState.of(value.transactionStatus()),
                partitions,
                value.transactionStartTimestampMs(),
                value.transactionLastUpdateTimestampMs(),
                value.clientTransactionVersion());
    }
}

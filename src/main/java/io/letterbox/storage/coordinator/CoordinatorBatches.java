package io.letterbox.storage.coordinator;

import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.List;

/** Builds the record batches that a coordinator writes. */
final class CoordinatorBatches {
    /** No producer id (-1): the batch is not transactional. */
    static final TransactionalProducer NO_PRODUCER = new TransactionalProducer(-1, (short) -1);

    /** The size of most batches, which hold an offset or two. */
    private static final int TYPICAL_BYTES = 512;

    private int limitBytes = Integer.MAX_VALUE;

    /** The producer to whose transaction a batch belongs. */
    record TransactionalProducer(long id, short epoch) {}

    /** Sets the limit for the size of batches. */
    void limit(int maxBytes) {
        limitBytes = maxBytes;
    }

    ByteBuffer build(long wallMs, TransactionalProducer producer, List<CoordinatorRecord> records) {
        BatchBuilder builder = new BatchBuilder(TYPICAL_BYTES);
        for (CoordinatorRecord record : records) builder.append(wallMs, record.key(), record.value(), List.of());
        if (builder.sizeInBytes() > limitBytes) {
            throw new ApiException(
                    ErrorCode.RECORD_TOO_LARGE,
                    "What is to be remembered has " + builder.sizeInBytes() + " bytes, more than max.message.bytes of "
                            + limitBytes + ".");
        }
        if (producer.id() >= 0) {
            builder.producer(producer.id(), producer.epoch(), RecordBatch.NO_SEQUENCE)
                    .flags(RecordBatch.TRANSACTIONAL);
        }
        return builder.build();
    }
}

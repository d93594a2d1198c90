package io.letterbox.log.producers;

import io.letterbox.record.RecordBatch;

/**
 * The fields of an appended batch by which repetitions of it are recognised.
 *
 * @param baseSequence the number of its first record, or -1 if the producer does not number its records
 * @param lastSequence the number of its last record, or -1
 * @param baseOffset the offset of its first record
 * @param lastOffset the offset of its last record
 * @param timestampMs the greatest timestamp in it
 */
public record ProducerBatch(int baseSequence, int lastSequence, long baseOffset, long lastOffset, long timestampMs) {
    static ProducerBatch of(RecordBatch batch) {
        return new ProducerBatch(
                batch.baseSequence(),
                batch.lastSequence(),
                batch.baseOffset(),
                batch.lastOffset(),
                batch.maxTimestamp());
    }

    boolean isRepeatedBy(RecordBatch batch) {
        return baseSequence == batch.baseSequence() && lastSequence == batch.lastSequence();
    }
}

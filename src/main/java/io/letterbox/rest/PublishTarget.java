package io.letterbox.rest;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.Problem;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.BatchRules;
import io.letterbox.record.Partitioner;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.TopicMeters;
import java.util.Map;

/** A topic as the publish path needs it: everything looked up once. Owned by one event loop. */
final class PublishTarget {
    /** Batches larger than this win nothing more for the disk and make readers fetch more than they want. */
    private static final int GOOD_BATCH_BYTES = 128 * 1024;

    final TopicImage topic;
    final TopicPartition[] partitions;
    final TopicMeters meters;

    /** The largest batch that is built of several records. */
    final int batchBytes;

    /** The batch of each partition that takes records in this turn of the event loop, or null. */
    final OpenBatch[] open;

    /** True while the batcher knows that this target has open batches. */
    boolean filling;

    final BatchRules rules;

    private int sticky;

    /** @param start which partition gets the first records without a key; any number */
    PublishTarget(TopicImage topic, TopicMeters meters, int start) {
        this.topic = topic;
        this.meters = meters;
        int count = topic.partitions().size();
        partitions = new TopicPartition[count];
        open = new OpenBatch[count];
        for (int p = 0; p < count; p++) partitions[p] = new TopicPartition(topic.name(), p);
        sticky = Math.floorMod(start, count);
        rules = topic.config().batchRules();
        batchBytes = Math.min(topic.config().maxMessageBytes(), GOOD_BATCH_BYTES);
    }

    /**
     * The partition of a record with a key (Kafka's rule) or without one: those of one turn stay together, because fewer
     * and larger batches are cheaper for everybody, and the next turn takes the next partition.
     */
    int choose(byte[] key) {
        if (partitions.length == 1) return 0;
        return key == null ? sticky : Partitioner.forKey(key, partitions.length);
    }

    /** A turn of the event loop is over. */
    void turn() {
        if (++sticky == partitions.length) sticky = 0;
    }

    /**
     * Checks a partition that a publisher chose.
     *
     * @throws ApiException UNKNOWN_PARTITION
     */
    void requirePartition(int partition) {
        if (partition < partitions.length) return;
        throw new ApiException(
                ErrorCode.UNKNOWN_PARTITION,
                "The topic " + topic.name() + " has no partition " + partition + "; it has 0 to "
                        + (partitions.length - 1) + ".");
    }

    /** Whether the topic demands a key, and the record has none. */
    boolean lacksKey(PendingRecord draft) {
        return rules.forbids(draft.key == null ? -1 : draft.key.length);
    }

    /**
     * Checks a timestamp that a publisher chose.
     *
     * @param what the subject of the sentence that a refusal is
     * @throws ApiException INVALID_TIMESTAMP
     */
    void requireTimestamp(long timestampMs, long wallMs, String what) {
        if (!rules.forbidsTimestamp(timestampMs, wallMs)) return;
        throw new ApiException(
                ErrorCode.INVALID_TIMESTAMP,
                what + " is " + timestampMs + ", further from now than message.timestamp.before.max.ms, "
                        + rules.timestampBeforeMaxMs() + ", or message.timestamp.after.max.ms, "
                        + rules.timestampAfterMaxMs() + ", of the topic allows.");
    }

    /**
     * Checks what this topic and the server demand of a record.
     *
     * @param what the subject of the sentence that a refusal is, such as "The record" or "Line 3"
     * @throws ApiException RECORD_TOO_LARGE or INVALID_RECORD
     */
    void require(PendingRecord draft, int maxRecordBytes, String what) {
        if (draft.payloadBytes() > maxRecordBytes) {
            throw new ApiException(
                    ErrorCode.RECORD_TOO_LARGE,
                    what + " has " + draft.payloadBytes()
                            + " bytes of key, value and headers; limits.recordBytes allows " + maxRecordBytes + ".",
                    Map.of(Problem.LIMIT, maxRecordBytes));
        }
        int alone = RecordBatch.HEADER_BYTES + draft.batchBytes();
        if (alone > topic.config().maxMessageBytes()) {
            throw new ApiException(
                    ErrorCode.RECORD_TOO_LARGE,
                    what + " would make a batch of up to " + alone + " bytes; max.message.bytes of the topic allows "
                            + topic.config().maxMessageBytes() + ".",
                    Map.of(Problem.LIMIT, topic.config().maxMessageBytes()));
        }
        if (lacksKey(draft)) {
            throw new ApiException(
                    ErrorCode.INVALID_RECORD, what + " has no key, which a compacted topic demands of every record.");
        }
    }
}

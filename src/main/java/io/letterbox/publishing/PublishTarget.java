package io.letterbox.publishing;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.Partitioner;
import io.letterbox.record.RecordBatch;
import io.letterbox.telemetry.TopicMeters;
import java.util.Map;

/** A topic that records are published to one by one, with the batches that gather them. Owned by one event loop. */
public final class PublishTarget extends TopicHandle {
    /** Larger batches write no faster, and make readers fetch more than they want. */
    private static final int GOOD_BATCH_BYTES = 128 * 1024;

    /** The largest batch that is built from several records. */
    final int batchBytes;

    /** The batch of each partition that takes records in this iteration of the event loop, or null. */
    final OpenBatch[] open;

    /** True while the batcher lists this target as one with open batches. */
    boolean filling;

    private int sticky;

    /** @param start selects the partition of the first records without a key; any number */
    PublishTarget(TopicImage topic, TopicMeters meters, int start) {
        super(topic, meters);
        open = new OpenBatch[partitions.length];
        sticky = Math.floorMod(start, partitions.length);
        batchBytes = Math.min(topic.config().maxMessageBytes(), GOOD_BATCH_BYTES);
    }

    /**
     * The partition of a record with a key (Kafka's partitioner) or without one: records without a key share a
     * partition within one iteration of the event loop, because fewer and larger batches are cheaper for everyone, and
     * the next iteration takes the next partition.
     */
    int choose(byte[] key) {
        if (partitions.length == 1) return 0;
        return key == null ? sticky : Partitioner.forKey(key, partitions.length);
    }

    /** Ends an iteration of the event loop: records without a key go to the next partition. */
    void endIteration() {
        if (++sticky == partitions.length) sticky = 0;
    }

    /**
     * Checks a partition that a publisher chose.
     *
     * @param partition 0 or more
     * @throws ApiException UNKNOWN_PARTITION
     */
    public void requirePartition(int partition) {
        if (partition < partitions.length) return;
        throw new ApiException(
                ErrorCode.UNKNOWN_PARTITION,
                "The topic " + topic.name() + " has no partition " + partition + "; it has 0 to "
                        + (partitions.length - 1) + ".");
    }

    /** Whether the topic requires a key that the record does not have. */
    public boolean lacksKey(PendingRecord draft) {
        return rules.forbids(draft.keyLength());
    }

    /**
     * Checks a timestamp that the publisher chose.
     *
     * @param what the subject of the error's sentence
     * @throws ApiException INVALID_TIMESTAMP
     */
    public void requireTimestamp(long timestampMs, long wallMs, String what) {
        if (!rules.forbidsTimestamp(timestampMs, wallMs)) return;
        throw new ApiException(
                ErrorCode.INVALID_TIMESTAMP,
                what + " is " + timestampMs + ", further from now than message.timestamp.before.max.ms, "
                        + rules.timestampBeforeMaxMs() + ", or message.timestamp.after.max.ms, "
                        + rules.timestampAfterMaxMs() + ", of the topic allows.");
    }

    /**
     * Checks what the topic and the server require of a record.
     *
     * @param what the subject of the error's sentence, such as "The record" or "Line 3"
     * @throws ApiException RECORD_TOO_LARGE or INVALID_RECORD
     */
    public void require(PendingRecord draft, int maxRecordBytes, String what) {
        if (draft.payloadBytes() > maxRecordBytes) {
            throw new ApiException(
                    ErrorCode.RECORD_TOO_LARGE,
                    what + " has " + draft.payloadBytes()
                            + " bytes of key, value and headers; limits.recordBytes allows " + maxRecordBytes + ".",
                    Map.of(ApiException.LIMIT, maxRecordBytes));
        }
        int alone = RecordBatch.HEADER_BYTES + draft.batchBytes();
        if (alone > topic.config().maxMessageBytes()) {
            throw new ApiException(
                    ErrorCode.RECORD_TOO_LARGE,
                    what + " would make a batch of up to " + alone + " bytes; max.message.bytes of the topic allows "
                            + topic.config().maxMessageBytes() + ".",
                    Map.of(ApiException.LIMIT, topic.config().maxMessageBytes()));
        }
        if (lacksKey(draft)) {
            throw new ApiException(
                    ErrorCode.INVALID_RECORD, what + " has no key, which a compacted topic demands of every record.");
        }
    }
}

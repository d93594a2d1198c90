package io.letterbox.bus;

import io.letterbox.audit.Actor;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Promise;

/**
 * Asks the shard that owns a partition to move its log start offset up, durably, and to delete what lies wholly below it.
 * Fails with an {@link io.letterbox.error.ApiException}: {@code OFFSET_OUT_OF_RANGE} beyond the high watermark,
 * {@code POLICY_VIOLATION} where the topic's {@code cleanup.policy} does not delete.
 *
 * @param partition whose
 * @param beforeOffset the first offset to keep; -1: the high watermark
 * @param by who wants it, for the log
 * @param done the log start offset afterwards. Make it on the context that wants the answer
 */
public record DeleteRecords(TopicPartition partition, long beforeOffset, Actor by, Promise<Long> done) {
    /** Everything that can be read. */
    public static final long UP_TO_HIGH_WATERMARK = -1;
}

package io.letterbox.groups.offsets;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;

/**
 * Where a group has got to in one partition. Immutable.
 *
 * @param offset the offset of the next record
 * @param leaderEpoch of the record before it; -1: not known
 * @param metadata the member's own words; never null
 * @param commitMs when it was committed, in milliseconds since 1970
 * @param expireMs when it expires, where the commit said so; -1: by the server's retention
 * @param topicId the incarnation of the topic; {@link Uuid#ZERO_UUID}: not known
 * @param number of the record among all that its coordinator has seen: the later one of two has the greater
 */
public record CommittedOffset(
        long offset, int leaderEpoch, String metadata, long commitMs, long expireMs, Uuid topicId, long number) {
    static final int UNKNOWN_EPOCH = -1;

    /** With an expiry of its own, there is no place for epoch and topic id. */
    private static final int EXPIRING_VERSION = 1;

    private static final int EPOCH_VERSION = 3;
    private static final int TOPIC_ID_VERSION = 4;

    static CommittedOffset of(OffsetCommitValue value, long number) {
        return new CommittedOffset(
                value.offset(),
                value.leaderEpoch(),
                value.metadata(),
                value.commitTimestamp(),
                value.expireTimestamp(),
                value.topicId(),
                number);
    }

    OffsetCommitValue value() {
        return new OffsetCommitValue()
                .setOffset(offset)
                .setLeaderEpoch(leaderEpoch)
                .setMetadata(metadata)
                .setCommitTimestamp(commitMs)
                .setExpireTimestamp(expireMs)
                .setTopicId(topicId);
    }

    /** The version of the schema that holds all of it. */
    int version() {
        if (expireMs >= 0) return EXPIRING_VERSION;
        return Uuid.ZERO_UUID.equals(topicId) ? EPOCH_VERSION : TOPIC_ID_VERSION;
    }
}

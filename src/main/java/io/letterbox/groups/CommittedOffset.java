package io.letterbox.groups;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;

/**
 * A group's committed offset in one partition. Immutable.
 *
 * @param offset the offset of the next record
 * @param leaderEpoch the leader epoch of the record before it; -1 if unknown
 * @param metadata the client's metadata; never null
 * @param commitMs when it was committed, in milliseconds since 1970
 * @param expireMs when it expires, if the commit has a retention of its own; -1 for the server's retention
 * @param topicId the topic's id; {@link Uuid#ZERO_UUID} if unknown
 * @param number the sequence number of its record in its coordinator: a later record has a greater one
 */
public record CommittedOffset(
        long offset, int leaderEpoch, String metadata, long commitMs, long expireMs, Uuid topicId, long number) {
    /** The leader epoch of an offset without one. */
    public static final int UNKNOWN_EPOCH = -1;

    /** The version for offsets with a retention of their own; it has no leader epoch and no topic id. */
    private static final int EXPIRING_VERSION = 1;

    private static final int EPOCH_VERSION = 3;
    private static final int TOPIC_ID_VERSION = 4;

    /** The offset in a record's value. */
    public static CommittedOffset of(OffsetCommitValue value, long number) {
        return new CommittedOffset(
                value.offset(),
                value.leaderEpoch(),
                value.metadata(),
                value.commitTimestamp(),
                value.expireTimestamp(),
                value.topicId(),
                number);
    }

    /** A record's value that holds all of it, in {@link #version}. */
    public OffsetCommitValue value() {
        return new OffsetCommitValue()
                .setOffset(offset)
                .setLeaderEpoch(leaderEpoch)
                .setMetadata(metadata)
                .setCommitTimestamp(commitMs)
                .setExpireTimestamp(expireMs)
                .setTopicId(topicId);
    }

    /** The version of the schema that holds all of it. */
    public int version() {
        if (expireMs >= 0) return EXPIRING_VERSION;
        return Uuid.ZERO_UUID.equals(topicId) ? EPOCH_VERSION : TOPIC_ID_VERSION;
    }
}

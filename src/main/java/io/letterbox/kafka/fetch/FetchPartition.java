package io.letterbox.kafka.fetch;

import io.letterbox.bus.Isolation;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.record.TopicPartition;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;

/** One partition that a client reads: what it wants, and, in a session, what it was last told. Owned by one event loop. */
final class FetchPartition {
    /**
     * How clients name a partition.
     *
     * @param topicId {@link Uuid#ZERO_UUID} before version 13
     * @param topic null from version 13 on
     */
    record Key(Uuid topicId, String topic, int partition) {}

    private static final long NEVER = -1;

    private final Key key;

    // What is wanted.
    private long offset;
    private int maxBytes;
    private int leaderEpoch;
    private int lastFetchedEpoch;

    // What the client knows (KIP-227); only of use in a session.
    private long toldHighWatermark = NEVER;
    private long toldLogStart = NEVER;

    // What was found out when the partition was last looked at.
    ClusterImage seenImage;
    TopicPartition id;
    boolean topicKnown;
    PartitionImage image;
    UUID topicId;
    PartitionStatus status;

    /** False while nothing that is told of by a commit has happened since the partition was last looked at. */
    boolean moved = true;

    // Who waits for it.
    TopicPartition listedAs;

    /** The session that it belongs to; null where there is none, and then the fetch that waits, or null. */
    FetchSession session;

    PendingFetch waiter;

    // How much there is to read, counted batch by batch while a fetch waits for its minimum.
    private long countedTo;
    private long countedBytes;

    FetchPartition(Key key, FetchRequestData.FetchPartition wanted) {
        this.key = key;
        want(wanted);
    }

    /** Takes over what the client wants from now on. */
    void want(FetchRequestData.FetchPartition wanted) {
        offset = wanted.fetchOffset();
        maxBytes = wanted.partitionMaxBytes();
        leaderEpoch = wanted.currentLeaderEpoch();
        lastFetchedEpoch = wanted.lastFetchedEpoch();
        moved = true;
    }

    Key key() {
        return key;
    }

    long offset() {
        return offset;
    }

    int maxBytes() {
        return Math.max(0, maxBytes);
    }

    /** The epoch that the client believes the leader to have; -1 where it does not say. */
    int leaderEpoch() {
        return leaderEpoch;
    }

    /** The epoch of the record before the offset; -1 where the client does not say. */
    int lastFetchedEpoch() {
        return lastFetchedEpoch;
    }

    /** True where there is something below the end of what may be read, as far as was last looked. */
    boolean isReadable(Isolation isolation) {
        return status != null && status.readableEnd(isolation) > offset;
    }

    /** True where looking again would find what was found before: nothing to read, and no commit since. */
    boolean isQuiet(ClusterImage image, Isolation isolation) {
        return !moved && listedAs != null && seenImage == image && status != null && !isReadable(isolation);
    }

    /** True where the client knows all that can be said of the partition as it was last looked at. */
    boolean isTold() {
        return status != null && status.highWatermark() == toldHighWatermark && status.logStartOffset() == toldLogStart;
    }

    /** The fetch that waits for this partition, or null. */
    PendingFetch waiting() {
        return session == null ? waiter : session.waiting();
    }

    /** A new request begins to count. */
    void resetCount() {
        countedTo = offset;
        countedBytes = 0;
    }

    /** Up to where bytes have been counted. */
    long countedTo() {
        return countedTo;
    }

    /** @param bytes what lies between the last end and this one, or -1 where that is not known, and taken for enough */
    void counted(long upTo, int bytes) {
        countedTo = upTo;
        countedBytes = bytes < 0 ? maxBytes() : countedBytes + bytes;
    }

    /** The bytes that could be returned, as far as was counted. */
    long readableBytes() {
        return Math.min(countedBytes, maxBytes());
    }

    /** True where an incremental response has to name the partition; remembers what the client knows then. */
    boolean tell(PartitionData data) {
        boolean news = data.errorCode() != 0
                || data.records().sizeInBytes() > 0
                || data.divergingEpoch().epoch() >= 0
                || data.highWatermark() != toldHighWatermark
                || data.logStartOffset() != toldLogStart;
        // After an error the client is told everything again, even where nothing has changed.
        toldHighWatermark = data.errorCode() == 0 ? data.highWatermark() : NEVER;
        toldLogStart = data.errorCode() == 0 ? data.logStartOffset() : NEVER;
        return news;
    }
}

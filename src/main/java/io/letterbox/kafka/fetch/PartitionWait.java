package io.letterbox.kafka.fetch;

import io.letterbox.bus.Committed;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.kafka.fetch.RequestedPartition.Key;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.reading.CommitListener;
import io.letterbox.reading.CommitListeners;
import io.letterbox.reading.Waiter;
import io.letterbox.record.TopicPartition;
import java.util.UUID;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;

/**
 * A partition that a fetch reads or waits for: what the client requested, and the state of the partition when it was
 * last looked at. Lives as long as its fetch, or, as a {@link SessionPartition}, as its session. Owned by one event
 * loop.
 */
class PartitionWait implements CommitListener {
    private RequestedPartition requested;

    // The state of the partition when it was last looked at.
    private ClusterImage seenImage;
    private TopicImage topic;
    private PartitionImage image;
    private TopicPartition id;
    private PartitionStatus status;

    /** True if the client was further at the last look than this replica, which does not lead. */
    private boolean ahead;

    /** False while no commit has moved the partition since it was last looked at. */
    private boolean moved = true;

    /** The partition to whose commits this listens; null while it does not. */
    private TopicPartition listedAs;

    /** The fetch without a session that waits, or null. */
    private PendingFetch waiter;

    // The readable bytes, counted batch by batch while a fetch waits for its minimum.
    private long countedTo;
    private long countedBytes;

    PartitionWait(RequestedPartition requested) {
        this.requested = requested;
    }

    /** Replaces the request for this partition. */
    final void updateRequest(RequestedPartition wanted) {
        requested = wanted;
        moved = true;
    }

    final RequestedPartition requested() {
        return requested;
    }

    final Key key() {
        return requested.key();
    }

    /** The first offset requested. */
    final long offset() {
        return requested.offset();
    }

    /** The client's limit for this partition, 0 or more. */
    final int maxBytes() {
        return requested.maxBytes();
    }

    /**
     * Looks at the partition again; NONE if it can be read.
     *
     * @param following whether a replica that does not lead may be read (KIP-392)
     */
    final Errors check(PartitionGate gate, boolean following) {
        Errors refusal = resolve(gate.image());
        status = null;
        // Reset before the check, because a commit during it has to set the flag again.
        moved = false;
        if (refusal != Errors.NONE) return refusal;
        int epoch = requested.leaderEpoch();
        refusal = following ? gate.replication(image, epoch) : gate.leadership(image, epoch);
        if (refusal != Errors.NONE) return refusal;
        PartitionStatus found = gate.status(id);
        // The image places the partition here, so it is about to be opened or closed.
        if (found == null) return Errors.NOT_LEADER_OR_FOLLOWER;
        if (found.quarantine() != null) return Errors.KAFKA_STORAGE_ERROR;
        // A replica that does not lead may be behind the one that the client has read before.
        boolean mayCome = following && !gate.leads(image);
        if (offset() < found.logStartOffset()) return Errors.OFFSET_OUT_OF_RANGE;
        if (offset() > found.logEndOffset() && !mayCome) return Errors.OFFSET_OUT_OF_RANGE;
        ahead = mayCome && offset() > found.highWatermark();
        status = found;
        return Errors.NONE;
    }

    private Errors resolve(ClusterImage newest) {
        if (seenImage != newest) {
            topic = PartitionGate.topic(newest, key());
            int number = key().partition();
            boolean exists =
                    topic != null && number >= 0 && number < topic.partitions().size();
            seenImage = newest;
            image = exists ? topic.partitions().get(number) : null;
            id = exists ? new TopicPartition(topic.name(), number) : null;
        }
        if (id != null) return Errors.NONE;
        return topic == null && isById() ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }

    /** True if the client has read more than this replica had at the last look, so that it has to wait. */
    final boolean isAhead() {
        return ahead;
    }

    /** The image of the last look. */
    final ClusterImage seenImage() {
        return seenImage;
    }

    private boolean isById() {
        return key().topic() == null;
    }

    /** The partition's name; null if there was no such partition at the last look. */
    final TopicPartition id() {
        return id;
    }

    /** The partition's image; null before the first look, or if there was no such partition at the last one. */
    final PartitionImage image() {
        return image;
    }

    /** The topic's id if the client named the topic by id; else null, which stands for any incarnation. */
    final UUID topicId() {
        return isById() ? topic.id() : null;
    }

    /** The partition's status at the last look; null if it could not be read. */
    final PartitionStatus status() {
        return status;
    }

    /** True if there was something to read at the last look. */
    final boolean isReadable(Isolation isolation) {
        return status != null && status.readableEnd(isolation) > offset();
    }

    /** True if another look would find what the last one found: nothing to read, and no commit since. */
    final boolean isQuiet(ClusterImage newest, Isolation isolation) {
        return !moved && listedAs != null && seenImage == newest && status != null && !isReadable(isolation);
    }

    /** True if a commit has moved the partition since the last look, or the request was replaced. */
    final boolean hasMoved() {
        return moved;
    }

    /** Sets the fetch without a session that waits; null if it waits no longer. */
    final void setWaiter(PendingFetch fetch) {
        waiter = fetch;
    }

    /** Listens to commits from now on, if the partition exists. */
    final void list(CommitListeners listeners) {
        if (listedAs != null || id == null) return;
        listedAs = id;
        listeners.add(listedAs, this);
    }

    /** Listens to commits no longer. */
    final void unlist(CommitListeners listeners) {
        if (listedAs == null) return;
        listeners.remove(listedAs, this);
        listedAs = null;
    }

    @Override
    public final void moved(Committed.Moved commit) {
        moved = true;
    }

    @Override
    public Waiter waiter() {
        return waiter;
    }

    /** True if the client knows the partition's status of the last look. */
    boolean isTold() {
        return false;
    }

    /** True if an incremental response has to contain the partition. */
    boolean maybeUpdateResponse(PartitionData data) {
        return true;
    }

    /** Begins to count for a new request. */
    final void resetCount() {
        countedTo = offset();
        countedBytes = 0;
    }

    /** The offset up to which bytes have been counted. */
    final long countedTo() {
        return countedTo;
    }

    /** @param bytes the bytes up to this offset, or -1 if their number is not known, and then taken for enough */
    final void counted(long upTo, int bytes) {
        countedTo = upTo;
        countedBytes = bytes < 0 ? maxBytes() : countedBytes + bytes;
    }

    /** The bytes that could be returned, as far as they are counted. */
    final long readableBytes() {
        return Math.min(countedBytes, maxBytes());
    }
}

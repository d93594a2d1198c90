package io.letterbox.kafka.fetch;

import io.letterbox.reading.Waiter;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;

/**
 * A partition of a fetch session, with the offsets that the client was last told (KIP-227; Kafka's {@code
 * CachedPartition}). It listens to commits from one request to the next. Owned by one event loop.
 */
final class SessionPartition extends PartitionWait {
    private static final long NEVER = -1;

    private final FetchSession session;
    private long toldHighWatermark = NEVER;
    private long toldLogStart = NEVER;

    SessionPartition(FetchSession session, RequestedPartition requested) {
        super(requested);
        this.session = session;
    }

    /** The session's waiting fetch: a request changes one reference in the session, and not one for each partition. */
    @Override
    public Waiter waiter() {
        return session.waiting();
    }

    @Override
    boolean isTold() {
        return status() != null
                && status().highWatermark() == toldHighWatermark
                && status().logStartOffset() == toldLogStart;
    }

    /** Also remembers the offsets that the client is told now. */
    @Override
    boolean maybeUpdateResponse(PartitionData data) {
        boolean news = data.errorCode() != 0
                || data.records().sizeInBytes() > 0
                || data.divergingEpoch().epoch() >= 0
                || data.preferredReadReplica() >= 0
                || data.highWatermark() != toldHighWatermark
                || data.logStartOffset() != toldLogStart;
        // After an error the client is told everything again, even if nothing has changed.
        toldHighWatermark = data.errorCode() == 0 ? data.highWatermark() : NEVER;
        toldLogStart = data.errorCode() == 0 ? data.logStartOffset() : NEVER;
        return news;
    }
}

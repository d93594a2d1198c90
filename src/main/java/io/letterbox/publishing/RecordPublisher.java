package io.letterbox.publishing;

import io.letterbox.access.Principal;
import io.letterbox.bus.Appended;
import io.letterbox.error.ApiException;
import io.letterbox.time.Clock;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/**
 * Publishes single records for the server itself. The records that one iteration of the event loop publishes to a
 * partition, by all users of the batcher, become one batch. Owned by one event loop.
 */
public final class RecordPublisher {
    private final PublishTargets targets;
    private final PublishBatcher batcher;
    private final int maxRecordBytes;
    private final PendingRecord draft = new PendingRecord();

    /**
     * @param targets the topics
     * @param batcher the batcher of the event loop
     * @param maxRecordBytes the limit for a record's key, value and headers together
     */
    public RecordPublisher(PublishTargets targets, PublishBatcher batcher, int maxRecordBytes) {
        this.targets = targets;
        this.batcher = batcher;
        this.maxRecordBytes = maxRecordBytes;
    }

    /**
     * Publishes one record to a topic that exists.
     *
     * @return the record's offset, once the record is as safe as the topic's flush policy demands. Fails with an
     *     {@link ApiException}: UNKNOWN_TOPIC, UNKNOWN_PARTITION, RECORD_TOO_LARGE, INVALID_RECORD or INVALID_TIMESTAMP
     *     if nothing was sent; or as {@link io.letterbox.bus.Partitions#append} does
     */
    public Future<Long> publish(ProducerRecord record) {
        try {
            PublishTarget target = targets.find(record.topic());
            if (target == null) throw PublishTargets.unknown(record.topic());
            target.requireTimestamp(record.timestampMs(), Clock.system().wallMs(), "The record's timestamp");
            draft.timestampMs(record.timestampMs())
                    .key(record.key())
                    .value(record.value())
                    .headers(record.headers());
            target.require(draft, maxRecordBytes, "The record");
            int partition = record.partition() == ProducerRecord.BY_KEY
                    ? batcher.choose(target, record.key())
                    : record.partition();
            target.requirePartition(partition);
            OffsetCallback callback = new OffsetCallback();
            batcher.publishingAs(Principal.SERVER).add(target, partition, draft, callback);
            return callback.offset.future();
        } catch (ApiException refusal) {
            return Future.failedFuture(refusal);
        }
    }

    /** The callback of one record, which completes the future of its offset. */
    private static final class OffsetCallback implements PublishCallback {
        final Promise<Long> offset = Promise.promise();

        @Override
        public int begin(int partition) {
            return 0;
        }

        @Override
        public void acknowledged(int run, long firstOffset, Appended appended) {
            offset.complete(firstOffset);
        }

        @Override
        public void failed(int run, Throwable why) {
            offset.fail(why);
        }
    }
}

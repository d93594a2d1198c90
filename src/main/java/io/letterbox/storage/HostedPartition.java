package io.letterbox.storage;

import io.letterbox.audit.Actor;
import io.letterbox.audit.Audit;
import io.letterbox.audit.Change;
import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.Committed;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Partitions;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.error.UnverifiedTransactionException;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.producers.ProducerBatch;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import io.letterbox.replication.Input;
import io.letterbox.replication.Leader;
import io.letterbox.replication.Output;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One partition on this node: its log, its replica and the appends that wait for their acknowledgement. */
final class HostedPartition {
    private static final Logger LOG = LoggerFactory.getLogger(HostedPartition.class);

    private final int shard;
    private final TopicPartition id;
    private final UUID topicId;
    private final TopicIdPartition key;

    // The shard's thread.
    private final PendingAppends waiting = new PendingAppends();
    private Leader replica;
    private TopicConfig config;
    private int leaderEpoch;
    private long lastFlushMs;
    private boolean gone;

    /** Whether acknowledgements wait for more than that the high watermark passes their records. */
    private boolean awaitsCopies;

    /** Everything below it has been acknowledged, or may be. */
    private long acknowledged;

    /**
     * The stable offset at which readers of committed records are waiting, -1 if none is; waitSinceMs is when that
     * began.
     */
    private long waitOffset = -1;

    private long waitSinceMs;

    // The shard's thread writes, any thread reads.
    private final PartitionLog log;
    private final CachedTail tail = new CachedTail();
    private volatile long highWatermark;
    private volatile long stableOffset;
    private volatile String quarantine;
    private volatile boolean offline;
    private volatile long recoveryPoint;

    /** A partition that serves. The recovery point is the one with which its log was opened. */
    HostedPartition(int shard, TopicPartition id, UUID topicId, PartitionLog log, Leader replica, long recoveryPoint) {
        this.shard = shard;
        this.id = id;
        this.topicId = topicId;
        this.key = new TopicIdPartition(topicId, id.partition());
        this.log = log;
        this.replica = replica;
        this.highWatermark = replica.highWatermark();
        this.stableOffset = log.producers().stableOffset(highWatermark);
        this.recoveryPoint = recoveryPoint;
        this.acknowledged = highWatermark;
        log.committed(highWatermark);
    }

    /** A partition whose log is damaged: it is listed, keeps its recovery point, and refuses everything. */
    HostedPartition(int shard, TopicPartition id, UUID topicId, String quarantine, long recoveryPoint) {
        this.shard = shard;
        this.id = id;
        this.topicId = topicId;
        this.key = new TopicIdPartition(topicId, id.partition());
        this.log = null;
        this.recoveryPoint = recoveryPoint;
        quarantine(quarantine);
    }

    private HostedPartition(int shard, TopicPartition id, UUID topicId, long recoveryPoint, String offline) {
        this.shard = shard;
        this.id = id;
        this.topicId = topicId;
        this.key = new TopicIdPartition(topicId, id.partition());
        this.log = null;
        this.recoveryPoint = recoveryPoint;
        this.quarantine = offline;
        this.offline = true;
    }

    /**
     * A partition whose log could not be opened yet; opening is retried. Until then it is listed and refuses
     * everything.
     */
    static HostedPartition offline(int shard, TopicPartition id, UUID topicId, String reason, long recoveryPoint) {
        return new HostedPartition(shard, id, topicId, recoveryPoint, reason);
    }

    /** The partition as files know it. Any thread. */
    TopicIdPartition key() {
        return key;
    }

    /** The number of the shard that hosts it. Any thread. */
    int shard() {
        return shard;
    }

    TopicPartition id() {
        return id;
    }

    UUID topicId() {
        return topicId;
    }

    PartitionLog log() {
        return log;
    }

    CachedTail tail() {
        return tail;
    }

    Leader replica() {
        return replica;
    }

    TopicConfig config() {
        return config;
    }

    int leaderEpoch() {
        return leaderEpoch;
    }

    /** Null while the partition serves, else the reason why it does not. */
    String quarantine() {
        return quarantine;
    }

    /** True if opening its log failed and is retried. Any thread. */
    boolean isOffline() {
        return offline;
    }

    /** Takes the partition out of service because its log is damaged. Any thread. */
    void quarantine(String reason) {
        if (quarantine != null) return;
        LOG.error("{} is quarantined, and nothing of it is changed: {}", id, reason);
        quarantine = reason;
    }

    /** Takes the partition out of service because its directory was removed: nothing of it is written again. */
    void onDirectoryRemoved(String reason) {
        quarantine(reason);
        stopWrites(quarantineRefusal());
    }

    /** Stops all writes to the partition, and refuses the appends that wait. */
    void stopWrites(ApiException why) {
        gone = true;
        refuseWaiting(why);
    }

    /** True if nothing of it may be written any more. */
    boolean isGone() {
        return gone;
    }

    /** The answer to every request while the partition does not serve; null while it does. */
    ApiException quarantineRefusal() {
        return quarantine == null ? null : status().refusal(id);
    }

    void configure(TopicConfig newConfig, int newLeaderEpoch) {
        config = newConfig;
        leaderEpoch = newLeaderEpoch;
    }

    long highWatermark() {
        return highWatermark;
    }

    /** The last stable offset: the end of what readers of committed records see; at most the high watermark. */
    long stableOffset() {
        // The first record of an open transaction may have been deleted: then the log start counts.
        return Math.max(stableOffset, Math.min(highWatermark, log.logStartOffset()));
    }

    /** The end of the records that a reader with this isolation sees. */
    long readableOffset(Isolation isolation) {
        return isolation == Isolation.COMMITTED ? stableOffset() : highWatermark;
    }

    /**
     * How long a transaction has kept readers of committed records at one offset, counted from the first call that saw
     * it.
     */
    long transactionWaitMs(long elapsedMs) {
        long stable = stableOffset();
        if (stable >= highWatermark) {
            waitOffset = -1;
            return 0;
        }
        if (stable != waitOffset) {
            waitOffset = stable;
            waitSinceMs = elapsedMs;
        }
        return elapsedMs - waitSinceMs;
    }

    long lastFlushMs() {
        return lastFlushMs;
    }

    void flushedAt(long elapsedMs) {
        lastFlushMs = elapsedMs;
    }

    /** The offset below which the log and its indexes are on disk, so that a restart need not read them. */
    long recoveryPoint() {
        return recoveryPoint;
    }

    /**
     * Moves the recovery point to the offset at which the checkpoint began; to be called after the checkpoint's flush.
     */
    void endCheckpoint() throws IOException {
        recoveryPoint = log.endCheckpoint();
    }

    /** Closes the log; all of it is on disk then, unless the partition is gone. */
    void close() throws IOException {
        if (gone) {
            log.abandon();
            return;
        }
        log.close();
        recoveryPoint = Math.min(log.forcedOffset(), highWatermark);
    }

    PartitionStatus status() {
        if (log == null) return new PartitionStatus(0, 0, 0, 0, 0, 0, quarantine, offline);
        // Read in this order: each of them only grows, so none can be larger than the one that is read after it.
        long stable = stableOffset();
        long readable = highWatermark;
        return new PartitionStatus(
                log.logStartOffset(),
                readable,
                stable,
                log.logEndOffset(),
                log.sizeBytes(),
                log.segmentCount(),
                quarantine,
                false);
    }

    void awaitCommit(long nextOffset, Appended reply, Append append) {
        waiting.add(nextOffset, reply, append);
    }

    /**
     * Answers a batch that its producer should not have sent, or has sent before: at once if the answer rests on
     * committed records only, else when they are committed.
     *
     * @return false if the batch is to be appended
     */
    boolean isAnswered(Append append, long elapsedMs) {
        RecordBatch batch = RecordBatch.of(append.batch());
        if (batch.producerId() < 0) return false;
        try {
            ProducerBatch first = log.producers().check(batch, append.guard(), elapsedMs);
            if (first == null) return false;
            Appended reply = new Appended(first.baseOffset(), first.timestampMs(), log.logStartOffset(), true);
            if (first.lastOffset() < acknowledged) append.done().complete(reply);
            else waiting.addRepetition(first.lastOffset() + 1, reply, append);
        } catch (UnverifiedTransactionException asked) {
            // The coordinator has the last word, and the batch comes again.
            append.done().fail(asked);
        } catch (ApiException refusal) {
            long end = log.logEndOffset();
            if (end <= acknowledged) append.done().fail(refusal);
            else waiting.addRefusal(end, refusal, append);
        }
        return true;
    }

    /**
     * Performs an output of the replica.
     *
     * @param moved receives the new high watermark, if it moved
     * @param answers receive those to appends that are durable now; to be sent when readers see all of the group
     */
    void perform(Output output, List<Committed.Moved> moved, Acknowledgements answers) {
        if (output instanceof Output.HighWatermarkMoved hw) {
            advance(hw.highWatermark(), answers);
            moved.add(new Committed.Moved(id, hw.highWatermark(), stableOffset()));
        } else if (output instanceof Output.Reject reject) {
            refuseWaiting(new ApiException(reject.code(), reject.detail()));
        } else {
            throw new AssertionError(output);
        }
    }

    /** Makes records below the new high watermark visible to readers, so that they can be acknowledged. */
    void advance(long newHighWatermark, Acknowledgements answers) {
        highWatermark = newHighWatermark;
        log.committed(newHighWatermark);
        stableOffset = log.producers().stableOffset(newHighWatermark);
        if (!awaitsCopies) copied(newHighWatermark, answers);
    }

    /**
     * Whether acknowledgements wait for {@link #copied} from now on, and not only for the high watermark: the topic
     * demands more replicas than a commit needs.
     */
    void awaitCopies(boolean awaits) {
        awaitsCopies = awaits;
    }

    /** Nothing is known of the copies of what is there. */
    void forgetCopies() {
        acknowledged = 0;
    }

    /** As many replicas as the topic demands have everything below an offset, at most the high watermark. */
    void copied(long offset, Acknowledgements answers) {
        acknowledged = Math.max(acknowledged, offset);
        waiting.answerUpTo(offset, answers);
    }

    /** Fails the appends that wait though the high watermark has passed their records. */
    void refuseCommitted(ApiException why) {
        waiting.failUpTo(highWatermark, why);
    }

    /**
     * Truncates the log to the high watermark, and refuses the appends that wait above it. Only while no force runs.
     *
     * @throws IOException if the log could not be truncated; it is poisoned
     */
    void cut(ApiException why) throws IOException {
        refuseWaiting(why);
        if (log == null || gone || quarantine != null || log.logEndOffset() <= highWatermark) return;
        log.truncateTo(highWatermark);
        tail.clearFrom(highWatermark);
        replica.step(new Input.Truncated(log.logEndOffset()), output -> {
            throw new AssertionError("nothing becomes safe by a cut: " + output);
        });
        stableOffset = log.producers().stableOffset(highWatermark);
    }

    /** Fails all appends that wait. */
    void refuseWaiting(ApiException refusal) {
        waiting.failAll(refusal);
    }

    /**
     * The log start offset for a client's request to delete records (KIP-107).
     *
     * @throws ApiException if the client asked for what must not be
     */
    long deletedUpTo(ShardMessage.DeleteRecords request) {
        ApiException quarantined = quarantineRefusal();
        if (quarantined != null) throw quarantined;
        if (!config.delete()) {
            throw new ApiException(
                    ErrorCode.POLICY_VIOLATION,
                    "The topic " + id.topic() + " does not have delete in its cleanup.policy, so records"
                            + " cannot be deleted by their offset.");
        }
        boolean all = request.beforeOffset() == Partitions.UP_TO_HIGH_WATERMARK;
        long offset = all ? highWatermark : request.beforeOffset();
        if (offset < 0 || offset > highWatermark) {
            throw new ApiException(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "Records of " + id + " can be deleted up to the high watermark, " + highWatermark
                            + ", and not up to " + offset + ".");
        }
        return Math.max(offset, log.logStartOffset());
    }

    /** Writes the audit line for records that were deleted, from an offset up to the log start. */
    void deleted(long fromOffset, Actor by) {
        long start = log.logStartOffset();
        if (start <= fromOffset) return;
        Map<String, String> range = Map.of("offsets", fromOffset + "–" + (start - 1));
        Audit.record(new Change("records of", id.toString(), "deleted", range), by);
    }
}

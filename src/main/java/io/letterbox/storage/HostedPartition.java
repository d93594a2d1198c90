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
import io.letterbox.log.PartitionLog;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import io.letterbox.replication.Input;
import io.letterbox.replication.Leader;
import io.letterbox.replication.Output;
import java.io.IOException;
import java.util.ArrayDeque;
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
    private final ArrayDeque<PendingAppend> waiting = new ArrayDeque<>();
    private Leader replica;
    private TopicConfig config;
    private int leaderEpoch;
    private long lastFlushMs;
    private boolean gone;

    /**
     * The stable offset at which readers of committed records have been waiting, and since when; -1: they do not wait.
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

    private record PendingAppend(long nextOffset, Appended reply, Append append) {}

    /** A partition that serves, and the recovery point with which its log was opened. */
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

    /** A partition whose log could not be opened yet, and is tried again: it is listed and refuses everything. */
    static HostedPartition offline(int shard, TopicPartition id, UUID topicId, String reason, long recoveryPoint) {
        return new HostedPartition(shard, id, topicId, recoveryPoint, reason);
    }

    /** The partition as files know it. Any thread. */
    TopicIdPartition key() {
        return key;
    }

    /** The shard that hosts it. Any thread. */
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

    /** Null while the partition serves, else why it refuses to. */
    String quarantine() {
        return quarantine;
    }

    /** True if its log is to be opened when that is possible. Any thread. */
    boolean isOffline() {
        return offline;
    }

    /** Takes the partition out of service because its log is damaged. Any thread. */
    void quarantine(String reason) {
        if (quarantine != null) return;
        LOG.error("{} is quarantined, and nothing of it is changed: {}", id, reason);
        quarantine = reason;
    }

    /** Takes the partition out of service because its files are not there any more: nothing of it is written again. */
    void onDirectoryRemoved(String reason) {
        quarantine(reason);
        stopWrites(quarantineRefusal());
    }

    /** Nothing of the partition is written any more; answers everything that waits. */
    void stopWrites(ApiException why) {
        gone = true;
        refuseWaiting(why);
    }

    /** True if nothing of it may be written any more. */
    boolean isGone() {
        return gone;
    }

    /** What everyone is told who asks for a partition that does not serve; null while it does. */
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

    /** The offset after the last record that readers of committed ones get to see; at most the high watermark. */
    long stableOffset() {
        // A transaction may have begun with records that are deleted now.
        return Math.max(stableOffset, Math.min(highWatermark, log.logStartOffset()));
    }

    /** Up to where a reader gets to see records. */
    long readableOffset(Isolation isolation) {
        return isolation == Isolation.COMMITTED ? stableOffset() : highWatermark;
    }

    /**
     * For how long a transaction has kept readers of committed records at one offset, as far as this was asked before.
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

    /** Below it the log is on disk together with its indexes: what a restart need not look at. */
    long recoveryPoint() {
        return recoveryPoint;
    }

    /** Moves the recovery point to where the checkpoint began whose flush is over. */
    void endCheckpoint() throws IOException {
        recoveryPoint = log.endCheckpoint();
    }

    /** Closes the log; all of it is on disk then, unless it has gone. */
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
        // In this order, so that none of them shows above the next.
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

    void await(long nextOffset, Appended reply, Append append) {
        waiting.add(new PendingAppend(nextOffset, reply, append));
    }

    /**
     * Performs what the replica wants done.
     *
     * @param moved gets the new high watermark, where it moved
     */
    void perform(Output output, List<Committed.Moved> moved) {
        if (output instanceof Output.HighWatermarkMoved hw) {
            advance(hw.highWatermark());
            moved.add(new Committed.Moved(id, hw.highWatermark(), stableOffset()));
        } else if (output instanceof Output.Reject reject) {
            refuseWaiting(new ApiException(reject.code(), reject.detail()));
        } else {
            throw new AssertionError(output);
        }
    }

    /** Shows readers what has become safe, and then acknowledges it. */
    void advance(long newHighWatermark) {
        highWatermark = newHighWatermark;
        log.committed(newHighWatermark);
        stableOffset = log.producers().stableOffset(newHighWatermark);
        while (!waiting.isEmpty() && waiting.peek().nextOffset() <= newHighWatermark) {
            PendingAppend next = waiting.remove();
            next.append().done().complete(next.reply());
        }
    }

    /**
     * Takes back what is above the high watermark, and answers those who wait for it. While no force runs.
     *
     * @throws IOException where the log could not be cut; it is poisoned
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

    /** Answers everything that still waits with a refusal. */
    void refuseWaiting(ApiException refusal) {
        for (PendingAppend next; (next = waiting.poll()) != null; )
            next.append().done().tryFail(refusal);
    }

    /**
     * Where the log begins once the records are deleted that a client wants to be (KIP-107).
     *
     * @throws ApiException where the client asked for what must not be
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

    /** Notes down that somebody has deleted the records from an offset on up to where the log begins now. */
    void deleted(long fromOffset, Actor by) {
        long start = log.logStartOffset();
        if (start <= fromOffset) return;
        Map<String, String> range = Map.of("offsets", fromOffset + "–" + (start - 1));
        Audit.record(new Change("records of", id.toString(), "deleted", range), by);
    }
}

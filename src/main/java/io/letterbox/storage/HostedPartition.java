package io.letterbox.storage;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.PartitionLog;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.record.TopicPartition;
import io.letterbox.replication.Replica;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One partition on this node: its log, its replica and the appends that wait for their acknowledgement. */
final class HostedPartition {
    private static final Logger LOG = LoggerFactory.getLogger(HostedPartition.class);

    private final TopicPartition id;
    private final UUID topicId;

    // The shard's thread.
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private Replica replica;
    private TopicConfig config;
    private int leaderEpoch;
    private long lastFlushMs;

    // The shard's thread writes, any thread reads.
    private final PartitionLog log;
    private final CachedTail tail = new CachedTail();
    private volatile long highWatermark;
    private volatile long stableOffset;
    private volatile String quarantine;
    private volatile long recoveryPoint;

    private record Waiting(long nextOffset, Appended reply, Append append) {}

    /** A partition that serves, and the recovery point with which its log was opened. */
    HostedPartition(TopicPartition id, UUID topicId, PartitionLog log, Replica replica, long recoveryPoint) {
        this.id = id;
        this.topicId = topicId;
        this.log = log;
        this.replica = replica;
        this.highWatermark = replica.highWatermark();
        this.stableOffset = log.producers().stableOffset(highWatermark);
        this.recoveryPoint = recoveryPoint;
    }

    /** A partition whose log is damaged: it is listed, keeps its recovery point, and refuses everything. */
    HostedPartition(TopicPartition id, UUID topicId, String quarantine, long recoveryPoint) {
        this.id = id;
        this.topicId = topicId;
        this.log = null;
        this.recoveryPoint = recoveryPoint;
        quarantine(quarantine);
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

    Replica replica() {
        return replica;
    }

    TopicConfig config() {
        return config;
    }

    int leaderEpoch() {
        return leaderEpoch;
    }

    /** Null while the partition is sound, else why it refuses to serve. */
    String quarantine() {
        return quarantine;
    }

    /** Takes the partition out of service because its log is damaged. Any thread. */
    void quarantine(String reason) {
        quarantine = reason;
        LOG.error("{} is quarantined, and nothing of it is changed: {}", id, reason);
    }

    /** What everyone is told who asks for a quarantined partition; null while it is sound. */
    ApiException quarantineRefusal() {
        String reason = quarantine;
        return reason == null
                ? null
                : new ApiException(ErrorCode.PARTITION_QUARANTINED, id + " is quarantined: " + reason);
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

    /** Closes the log; all of it is on disk then. */
    void close() throws IOException {
        log.close();
        recoveryPoint = log.forcedOffset();
    }

    PartitionStatus status() {
        if (log == null) return new PartitionStatus(0, 0, 0, 0, 0, 0, quarantine);
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
                quarantine);
    }

    void await(long nextOffset, Appended reply, Append append) {
        waiting.add(new Waiting(nextOffset, reply, append));
    }

    /** Shows readers what has become safe, and then acknowledges it. */
    void advance(long newHighWatermark) {
        highWatermark = newHighWatermark;
        stableOffset = log.producers().stableOffset(newHighWatermark);
        while (!waiting.isEmpty() && waiting.peek().nextOffset() <= newHighWatermark) {
            Waiting next = waiting.remove();
            next.append().done().complete(next.reply());
        }
    }

    /** Answers everything that still waits with a refusal. */
    void refuseWaiting(ApiException refusal) {
        for (Waiting next; (next = waiting.poll()) != null; )
            next.append().done().tryFail(refusal);
    }
}

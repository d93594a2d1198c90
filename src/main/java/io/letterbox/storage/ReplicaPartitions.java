package io.letterbox.storage;

import io.letterbox.bus.Committed;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.CommittedAppend;
import io.letterbox.log.CorruptLogException;
import io.letterbox.log.LastStop;
import io.letterbox.log.LogRecovery;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.wal.WalEntry;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.ShardImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import io.letterbox.replication.Input;
import io.letterbox.replication.Leader;
import io.letterbox.storage.replica.LogPosition;
import io.letterbox.storage.replica.ReplicatedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the entries of a replicated log make of one replica: its partitions, and up to which position. A partition is
 * there from its opening to its drop, whatever the image says; settings are the image's. A step that fails for want of
 * something may be tried again, and does then what is left of it. Owned by the shard's thread.
 */
final class ReplicaPartitions {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaPartitions.class);
    private static final TopicConfig NO_TOPIC = new TopicConfig(Map.of());

    private final StorageServices services;
    private final PartitionTable table;
    private final ShardCompaction compaction;
    private final TailCache tailCache;
    private final PartitionDirectories directories;

    /** Dropped, and their files are still there until a checkpoint does not need them any more. */
    private final Set<TopicIdPartition> dropped = new LinkedHashSet<>();

    private final LastStop lastStop;

    private LogPosition position = LogPosition.START;
    private ClusterImage image;
    private int leaderEpoch;

    /** Of the leadership that this replica has or had last; null before the first. */
    private CopiesDemanded copies;

    ReplicaPartitions(StorageServices services, PartitionTable table, ShardCompaction compaction, TailCache tailCache) {
        this.services = services;
        this.table = table;
        this.compaction = compaction;
        this.tailCache = tailCache;
        this.lastStop = services.recovery().lastStopOf(table.shard());
        this.directories =
                new PartitionDirectories(services.files(), services.directory().layout(), table.shard());
    }

    PartitionTable table() {
        return table;
    }

    /** The last entry that was applied. */
    LogPosition position() {
        return position;
    }

    /** What the node has applied of the metadata; null before it has told. */
    ClusterImage image() {
        return image;
    }

    /** All of an entry is applied. */
    void applied(LogPosition at) {
        position = at;
    }

    /** The node's monotonic clock. */
    long elapsedMs() {
        return services.clock().elapsedMs();
    }

    /** The time of entries that this node proposes. */
    long nowMs() {
        return services.clock().wallMs();
    }

    // ---- what the metadata say

    /** Takes settings from an image. */
    void configure(ClusterImage newImage) {
        image = newImage;
        for (HostedPartition held : table.all()) configure(held);
    }

    /**
     * Whoever appends from now on does it as the leader of a term; with the shard's base that is the leader epoch.
     *
     * @return how many copies there have to be meanwhile
     */
    CopiesDemanded ledIn(long term, ReplicatedLog log) {
        ShardImage shard = image.shards().get(table.shard());
        leaderEpoch = shard.leaderEpoch(term);
        copies = new CopiesDemanded(
                log, services.nodeId(), shard, services.clock().elapsedMs());
        for (HostedPartition held : table.all()) {
            configure(held);
            copies.begin(held, position.index());
        }
        return copies;
    }

    private void configure(HostedPartition held) {
        TopicConfig config = config(held.key());
        if (!config.equals(held.config())) held.log().configure(services.logConfig(config));
        held.configure(config, leaderEpoch);
        table.configured(held);
        if (copies != null) copies.configured(held);
    }

    private TopicConfig config(TopicIdPartition key) {
        TopicImage topic = image.topic(key.topicId());
        return topic == null ? NO_TOPIC : topic.config();
    }

    // ---- a start

    /**
     * Opens what a checkpoint lists, each log cut to where it ended then: nothing above that is believed. Files of
     * other partitions are left alone: an entry opens them, and finds them useless.
     */
    void restore(ReplicaCheckpoint checkpoint) throws IOException {
        List<Callable<HostedPartition>> openings = new ArrayList<>();
        for (ReplicaCheckpoint.Partition each : checkpoint.partitions()) {
            if (table.get(each.id()) == null) openings.add(() -> reopen(each));
        }
        IOException lacking = null;
        for (HostedPartition opened : services.forces().all(openings)) {
            if (opened != null) host(opened);
            else lacking = new IOException("Not all partitions of " + table + " could be opened");
        }
        if (lacking != null) throw lacking;
        dropped.addAll(checkpoint.dropped());
        destroy(dropped);
        position = checkpoint.position();
    }

    /** On any thread, while the shard waits. Null if something is lacking. */
    private HostedPartition reopen(ReplicaCheckpoint.Partition each) throws IOException {
        try {
            TopicIdPartition key = each.key();
            PartitionDirectories.DirectoryState found =
                    directories.prepare(key, each.id().topic());
            if (found.defect() != null) throw new CorruptLogException(found.defect());
            if (!found.kept()) throw new CorruptLogException("The directory of " + each.id() + " is gone");
            HostedPartition opened = open(each.id(), key, each.endOffset());
            opened.log().deleteRecordsBefore(Math.min(each.startOffset(), each.endOffset()));
            services.shortages().succeeded(FileOperation.OPENING, each.id());
            return opened;
        } catch (ForceFailedException | CorruptLogException fatal) {
            throw fatal;
        } catch (IOException lacking) {
            services.shortages().failed(FileOperation.OPENING, each.id(), lacking);
            return null;
        }
    }

    private HostedPartition open(TopicPartition id, TopicIdPartition key, long endOffset) throws IOException {
        LogRecovery.RecoveryResult outcome = LogRecovery.open(
                services.files(), directories.of(key), services.logConfig(config(key)), endOffset, lastStop);
        if (outcome instanceof LogRecovery.Quarantined bad) throw new CorruptLogException(bad.reason());
        PartitionLog log = ((LogRecovery.Recovered) outcome).log();
        try {
            log.truncateTo(endOffset);
            if (log.logEndOffset() != endOffset) {
                throw new CorruptLogException(
                        id + " can be cut at " + log.logEndOffset() + ", and not at " + endOffset + ".");
            }
        } catch (IOException failed) {
            log.abandon();
            throw failed;
        }
        // In a shard with replicas an entry is committed or not, whatever the single partition demands.
        return new HostedPartition(table.shard(), id, key.topicId(), log, new Leader(endOffset, 1, 1), endOffset);
    }

    private void host(HostedPartition opened) {
        table.put(opened);
        configure(opened);
        services.hosted().put(opened);
    }

    // ---- what entries say

    /**
     * Opens partitions, empty. What is found in their directories was written after the checkpoint with which this
     * process began, and comes again.
     */
    void open(JournalEntry.Open entry) throws IOException {
        for (Map.Entry<TopicIdPartition, TopicPartition> each :
                entry.partitions().entrySet()) {
            TopicIdPartition key = each.getKey();
            HostedPartition held = table.get(each.getValue());
            if (held != null && held.key().equals(key)) continue;
            if (held != null)
                throw new IllegalStateException(each.getValue() + " is opened and was not dropped before");
            directories.destroy(key);
            directories.prepare(key, each.getValue().topic());
            host(open(each.getValue(), key, 0));
        }
    }

    /** Takes partitions out of service; their files go after the next checkpoint. While no force runs. */
    void drop(JournalEntry.Drop entry) throws IOException {
        for (Map.Entry<TopicIdPartition, TopicPartition> each :
                entry.partitions().entrySet()) {
            HostedPartition held = table.get(each.getValue());
            if (held == null || !held.key().equals(each.getKey())) continue;
            compaction.stop(held);
            String topic = each.getValue().topic();
            table.remove(held, new ApiException(ErrorCode.UNKNOWN_TOPIC, topic + " has been deleted."));
            held.log().abandon();
            dropped.add(each.getKey());
        }
    }

    void moveStart(JournalEntry.LogStart entry) throws IOException {
        HostedPartition held = held(entry.partition(), entry.topicId());
        if (held != null) held.log().deleteRecordsBefore(entry.offset());
    }

    /**
     * Appends what another leader has appended, and moves the high watermarks. Nothing is above these.
     *
     * @param moved gets the high watermarks that move
     */
    void append(JournalEntry.Group entry, List<Committed.Moved> moved) throws IOException {
        long elapsedMs = services.clock().now().elapsedAt(entry.timeMs());
        for (WalEntry part : entry.parts()) {
            HostedPartition held = held(part.partition(), part.topicId());
            if (held == null) continue;
            if (held.quarantine() != null) throw new CorruptLogException(held.quarantine());
            CommittedAppend append = new CommittedAppend(held.log());
            for (ByteBuffer batches : part.batches()) {
                append.put(batches, elapsedMs, (base, next, batch) -> tailCache.add(held.tail(), base, next, batch));
            }
            held.replica().step(new Input.LogEndMoved(held.log().logEndOffset()), output -> {});
            advance(held, part.nextOffset(), moved, new Acknowledgements());
        }
    }

    /** What this replica has appended itself is committed: the high watermarks move. */
    void commit(JournalEntry.Group piece, List<Committed.Moved> moved, Acknowledgements answers) {
        for (WalEntry part : piece.parts()) {
            HostedPartition held = held(part.partition(), part.topicId());
            if (held != null) advance(held, part.nextOffset(), moved, answers);
        }
    }

    private static void advance(
            HostedPartition held, long offset, List<Committed.Moved> moved, Acknowledgements answers) {
        held.replica().step(new Input.Durable(offset), output -> held.perform(output, moved, answers));
    }

    /** What this replica has appended itself has been committed with an entry. */
    void committedIn(JournalEntry.Group entry, long index) {
        for (WalEntry part : entry.parts()) {
            HostedPartition held = held(part.partition(), part.topicId());
            if (held != null) copies.committed(held, index);
        }
    }

    /** A batch that this replica has appended itself is cut. */
    void refused(HostedPartition held, ByteBuffer batch) {
        services.hosted().refused().add(held.id(), batch);
    }

    /** The partition, if it is of that incarnation; null if it is not open. */
    private HostedPartition held(TopicPartition id, UUID topicId) {
        HostedPartition held = table.get(id);
        return held == null || !held.topicId().equals(topicId) ? null : held;
    }

    // ---- what a leader has to have the log say

    /** What the image assigns to the shard and is not open. */
    Map<TopicIdPartition, TopicPartition> missing() {
        Map<TopicIdPartition, TopicPartition> missing = new LinkedHashMap<>();
        for (TopicImage topic : image.topics().values()) {
            for (int number = 0; number < topic.partitions().size(); number++) {
                if (topic.partitions().get(number).shard() != table.shard()) continue;
                TopicPartition id = new TopicPartition(topic.name(), number);
                HostedPartition held = table.get(id);
                if (held == null || !held.topicId().equals(topic.id()))
                    missing.put(new TopicIdPartition(topic.id(), number), id);
            }
        }
        return missing;
    }

    /**
     * What is open or about to be, and deleted as the image says. What it merely does not know stays: metadata may be
     * lost.
     *
     * @param opening what the log has been given to open
     */
    Map<TopicIdPartition, TopicPartition> deleted(Map<TopicIdPartition, TopicPartition> opening) {
        Map<TopicIdPartition, TopicPartition> deleted = new LinkedHashMap<>(opening);
        for (HostedPartition held : table.all()) deleted.put(held.key(), held.id());
        deleted.keySet()
                .removeIf(key ->
                        image.topic(key.topicId()) != null || !image.deleted().containsKey(key.topicId()));
        return deleted;
    }

    // ---- checkpoints

    /** What is applied now; on disk only once everything has been forced. */
    ReplicaCheckpoint checkpoint() {
        List<ReplicaCheckpoint.Partition> partitions = new ArrayList<>();
        for (HostedPartition held : table.all()) {
            partitions.add(new ReplicaCheckpoint.Partition(
                    held.id(), held.topicId(), held.highWatermark(), held.log().logStartOffset()));
        }
        return new ReplicaCheckpoint(position, image.version(), partitions, List.copyOf(dropped));
    }

    /** Whether all that a checkpoint lists is on disk. */
    boolean isForced(ReplicaCheckpoint checkpoint) {
        for (ReplicaCheckpoint.Partition each : checkpoint.partitions()) {
            HostedPartition held = held(each.id(), each.topicId());
            // One that was dropped meanwhile is not forced any more.
            if (held == null || held.recoveryPoint() < each.endOffset()) return false;
        }
        return true;
    }

    /** A checkpoint is on disk that does not list what was dropped before it. */
    void written(ReplicaCheckpoint checkpoint) throws IOException {
        destroy(checkpoint.dropped());
    }

    private void destroy(Iterable<TopicIdPartition> all) throws IOException {
        List<TopicIdPartition> gone = new ArrayList<>();
        try {
            for (TopicIdPartition key : all) {
                directories.destroy(key);
                gone.add(key);
            }
        } finally {
            gone.forEach(dropped::remove);
        }
        if (!gone.isEmpty())
            LOG.info("{} has deleted the files of {} partitions that were dropped", table, gone.size());
    }
}

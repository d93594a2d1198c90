package io.letterbox.storage;

import io.letterbox.bus.Committed;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.CorruptLogException;
import io.letterbox.log.LastStop;
import io.letterbox.log.LogRecovery;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.WalReplay;
import io.letterbox.log.wal.RecoveredWal;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import io.letterbox.replication.Input;
import io.letterbox.replication.Leader;
import io.letterbox.text.FileTrouble;
import io.letterbox.time.Moment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of one shard, which it opens, configures and destroys as the cluster image says. Owned by the shard's
 * thread.
 */
final class ShardPartitions {
    private static final Logger LOG = LoggerFactory.getLogger(ShardPartitions.class);

    private final int shard;
    private final StorageServices services;
    private final ShardCompaction compaction;
    private final ShardFailures failures;
    private final PartitionDirectories directories;
    private final PartitionTable table;

    /** The topics of the image that was applied last, by name. */
    private final Map<String, TopicImage> applied = new HashMap<>();

    /** Names of topics of which a partition could not be opened yet. */
    private final Set<String> unopened = new HashSet<>();

    private final ShardDrops drops;
    private final ShardDrops.Carrier journal;
    private boolean leaving;

    /**
     * @param table gets what is open
     * @param journal carries what is opened for the first time, and what is dropped
     */
    ShardPartitions(
            PartitionTable table,
            StorageServices services,
            ShardCompaction compaction,
            ShardFailures failures,
            ShardDrops.Carrier journal) {
        this.table = table;
        this.shard = table.shard();
        this.failures = failures;
        this.services = services;
        this.compaction = compaction;
        this.directories =
                new PartitionDirectories(services.files(), services.directory().layout(), shard);
        this.journal = journal;
        this.drops = new ShardDrops(shard, services, directories, journal);
    }

    /**
     * Makes this shard serve what the image assigns to it, and nothing else. A failure of one partition does not stop
     * the others; a later call retries it.
     *
     * @param beforeDeleting run before logs are closed
     * @param moved receives the high watermarks that moved
     * @return the partitions that are not served, and why; empty if all are
     * @throws IOException if a force failed: the shard must end
     */
    Map<TopicPartition, ApiException> apply(
            ClusterImage image, Housekeeping.DiskTask beforeDeleting, List<Committed.Moved> moved) throws IOException {
        // Images share the unchanged topics, so a comparison by identity finds the few that a command changed.
        List<TopicImage> changed = new ArrayList<>();
        int known = 0;
        int same = 0;
        for (TopicImage topic : image.topics().values()) {
            TopicImage before = applied.get(topic.name());
            if (before != null) known++;
            if (before == topic) same++;
            if (before != topic || unopened.contains(topic.name())) changed.add(topic);
        }
        if (same < applied.size() || leaving) removeUnassigned(image, beforeDeleting);
        if (known < applied.size()) {
            applied.keySet().retainAll(image.topics().keySet());
            unopened.retainAll(image.topics().keySet());
        }
        drops.findOrphans(image);
        drops.run();
        Map<TopicPartition, ApiException> unserved = new HashMap<>();
        Map<TopicPartition, HostedPartition> opened = open(changed);
        for (TopicImage topic : changed) serve(topic, opened, moved, unserved);
        return unserved;
    }

    /** Opens the partitions that are not open yet, several at a time, because opening mostly waits for the disk. */
    private Map<TopicPartition, HostedPartition> open(List<TopicImage> topics) throws IOException {
        List<Callable<HostedPartition>> openings = new ArrayList<>();
        Map<TopicIdPartition, TopicPartition> first = new LinkedHashMap<>();
        IOException[] unsafe = {null};
        for (TopicImage topic : topics) {
            for (int p = 0; p < topic.partitions().size(); p++) {
                TopicPartition id = new TopicPartition(topic.name(), p);
                TopicIdPartition key = new TopicIdPartition(topic.id(), p);
                PartitionImage partition = topic.partitions().get(p);
                HostedPartition held = table.get(id);
                if (!isMine(partition) || held != null && !held.isOffline()) continue;
                boolean there = services.files().exists(directories.of(key));
                if (!there) first.put(key, id);
                openings.add(() -> tryOpen(id, topic, partition, there ? null : unsafe[0]));
            }
        }
        if (!first.isEmpty()) unsafe[0] = carry(first);
        Map<TopicPartition, HostedPartition> opened = new HashMap<>();
        for (HostedPartition each : services.forces().all(openings)) opened.put(each.id(), each);
        return opened;
    }

    /**
     * Has the journal carry that partitions are opened for the first time; why it cannot, or null. Nobody waits for it:
     * an entry that is lost with its leader is appended by the next one, who finds no directory.
     */
    private IOException carry(Map<TopicIdPartition, TopicPartition> first) throws IOException {
        IOException[] failure = {null};
        journal.append(new JournalEntry.Open(services.clock().wallMs(), first), new Journal.Completion() {
            @Override
            public void safe() {
                // The directories are made in any case.
            }

            @Override
            public void failed(IOException why) {
                failure[0] = why;
            }
        });
        if (failure[0] instanceof ForceFailedException fatal) throw fatal;
        return failure[0];
    }

    private void serve(
            TopicImage topic,
            Map<TopicPartition, HostedPartition> opened,
            List<Committed.Moved> moved,
            Map<TopicPartition, ApiException> unserved) {
        // Removed below, if all is served: after an exception the topic has to be looked at again.
        applied.put(topic.name(), topic);
        unopened.add(topic.name());
        boolean all = true;
        for (int p = 0; p < topic.partitions().size(); p++) {
            TopicPartition id = new TopicPartition(topic.name(), p);
            PartitionImage partition = topic.partitions().get(p);
            if (!isMine(partition)) continue;
            HostedPartition held = serve(id, topic, opened.get(id), moved);
            if (!held.isOffline()) continue;
            unserved.put(id, held.quarantineRefusal());
            all = false;
        }
        if (all) unopened.remove(topic.name());
    }

    /** True if partitions that the image took away are not gone yet, so that it has to be applied again. */
    boolean isLeaving() {
        return leaving || !drops.areComplete();
    }

    private boolean isMine(PartitionImage partition) {
        return partition.shard() == shard && partition.leader() == services.nodeId();
    }

    /**
     * Takes partitions out of service that the image does not assign to this node any more. Only partitions of deleted
     * topics lose their files.
     */
    private void removeUnassigned(ClusterImage image, Housekeeping.DiskTask beforeClosing) throws IOException {
        List<HostedPartition> gone = new ArrayList<>();
        List<HostedPartition> ledElsewhere = new ArrayList<>();
        for (HostedPartition held : table.all()) {
            PartitionImage partition = of(held, image);
            if (partition == null) gone.add(held);
            else if (!isMine(partition)) ledElsewhere.add(held);
        }
        leaving = false;
        if (gone.isEmpty() && ledElsewhere.isEmpty()) return;
        beforeClosing.run();
        for (HostedPartition held : ledElsewhere) stopLeading(held);
        for (HostedPartition held : gone) {
            unhost(held, new ApiException(ErrorCode.UNKNOWN_TOPIC, held.id().topic() + " has been deleted."));
            if (held.log() != null) held.log().abandon();
            drops.add(held);
        }
    }

    /**
     * Takes a partition out of service that another node leads now. Its log stays; it is flushed first, because the
     * batches may be in the write-ahead log only.
     */
    private void stopLeading(HostedPartition held) throws IOException {
        leaving = true;
        failures.attempt(FileOperation.CHECKPOINT, held, () -> {
            compaction.stop(held);
            if (held.log() != null && !held.isGone()) held.log().flush();
            leaving = false;
        });
        if (leaving) return;
        services.recovery().keep(held.key(), held.recoveryPoint());
        unhost(held, new ApiException(ErrorCode.NOT_LEADER, "Another node leads " + held.id() + " now."));
        if (held.log() != null) held.log().abandon();
    }

    /** The image of a partition of the same incarnation; null if that incarnation has been deleted. */
    private static PartitionImage of(HostedPartition held, ClusterImage image) {
        TopicImage topic = image.topics().get(held.id().topic());
        boolean there = topic != null
                && topic.id().equals(held.topicId())
                && held.id().partition() < topic.partitions().size();
        return there ? topic.partitions().get(held.id().partition()) : null;
    }

    private void unhost(HostedPartition held, ApiException why) {
        table.remove(held, why);
        compaction.stop(held);
    }

    /** @param opened the partition, if it was opened just now; null if it was open before */
    private HostedPartition serve(
            TopicPartition id, TopicImage topic, HostedPartition opened, List<Committed.Moved> moved) {
        PartitionImage partition = topic.partitions().get(id.partition());
        HostedPartition held = opened == null ? table.get(id) : opened;
        if (opened != null) {
            table.put(opened);
        } else if (held.log() != null && !held.config().equals(topic.config())) {
            held.log().configure(services.logConfig(topic.config()));
        }
        held.configure(topic.config(), partition.leaderEpoch());
        table.configured(held);
        if (held.replica() != null) {
            HostedPartition told = held;
            Input changed = new Input.ReplicasChanged(
                    partition.isr().size(), topic.config().minInsyncReplicas());
            Acknowledgements answers = new Acknowledgements();
            held.replica().step(changed, output -> told.perform(output, moved, answers));
            answers.send();
        }
        services.hosted().put(held);
        if (!held.isOffline()) services.recovery().onOpened(held.key());
        return held;
    }

    /** On any thread, while the shard waits. */
    private HostedPartition tryOpen(TopicPartition id, TopicImage topic, PartitionImage image, IOException unsafe)
            throws IOException {
        long point = services.recovery().point(new TopicIdPartition(topic.id(), id.partition()));
        try {
            if (unsafe != null) throw unsafe;
            HostedPartition opened = open(id, topic, image);
            services.shortages().succeeded(FileOperation.OPENING, id);
            return opened;
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException lacking) {
            services.shortages().failed(FileOperation.OPENING, id, lacking);
            return HostedPartition.offline(shard, id, topic.id(), FileTrouble.reason(lacking), point);
        }
    }

    private HostedPartition open(TopicPartition id, TopicImage topic, PartitionImage image) throws IOException {
        TopicIdPartition key = new TopicIdPartition(topic.id(), id.partition());
        PartitionDirectories.DirectoryState found = directories.prepare(key, topic.name());
        long point = services.recovery().point(key);
        if (found.defect() != null) return new HostedPartition(shard, id, topic.id(), found.defect(), point);
        if (!found.kept() && point > 0) {
            String reason = "its directory is gone, although records below offset " + point + " were in it";
            return new HostedPartition(shard, id, topic.id(), reason, point);
        }
        Path directory = directories.of(key);
        LogRecovery.RecoveryResult outcome = LogRecovery.open(
                services.files(),
                directory,
                services.logConfig(topic.config()),
                point,
                // A directory that was just made is empty, so there is nothing to check.
                found.kept() ? services.recovery().lastStop() : LastStop.CLEAN);
        if (outcome instanceof LogRecovery.Quarantined bad)
            return new HostedPartition(shard, id, topic.id(), bad.reason(), point);
        LogRecovery.Recovered sound = (LogRecovery.Recovered) outcome;
        services.recovery().recovered(id, sound.truncatedBytes(), sound.batchesChecked());
        PartitionLog log = sound.log();
        String loss;
        try {
            loss = restore(id, key, log);
        } catch (IOException failed) {
            // Opening is retried, or the shard ends. Files are forced before they are closed: a later force would not
            // report a write error of a closed file.
            try {
                if (!log.isPoisoned()) log.flush();
            } finally {
                log.abandon();
            }
            throw failed;
        }
        if (loss != null) return new HostedPartition(shard, id, topic.id(), loss, point);
        int inSync = image.isr().size();
        Leader replica = new Leader(log.logEndOffset(), inSync, topic.config().minInsyncReplicas());
        return new HostedPartition(shard, id, topic.id(), log, replica, point);
    }

    /** Appends the batches that only the write-ahead log has. Returns null, or the reason why that cannot be done. */
    private String restore(TopicPartition id, TopicIdPartition key, PartitionLog log) throws IOException {
        RecoveredWal remains = services.wal().recovered();
        if (remains.holds(key)) {
            Moment now = services.clock().now();
            WalReplay restore = new WalReplay(log);
            try {
                remains.forEach(key, (file, position, timeMs, batches) -> restore.put(batches, now.elapsedAt(timeMs)));
                log.flush();
                services.recovery().restored(id, restore.appended());
            } catch (CorruptLogException lost) {
                log.close();
                return lost.getMessage();
            }
        }
        remains.restored(key);
        return null;
    }
}

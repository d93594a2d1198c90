package io.letterbox.storage;

import io.letterbox.bus.Addresses;
import io.letterbox.bus.DescribeProducers;
import io.letterbox.bus.FindProducer;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.CorruptLogException;
import io.letterbox.log.LogConfig;
import io.letterbox.log.LogRecovery;
import io.letterbox.log.LogRestore;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.producers.ProducerState;
import io.letterbox.log.wal.WalRemains;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.letterbox.replication.Leader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The partitions of one shard: opened, configured and destroyed as the image says. Owned by the shard's thread. */
final class ShardPartitions {
    private static final Logger LOG = LoggerFactory.getLogger(ShardPartitions.class);

    private final int shard;
    private final StorageServices services;
    private final ShardCompaction compaction;
    private final PartitionDirectories directories;
    private final Map<TopicPartition, HostedPartition> byId = new HashMap<>();

    ShardPartitions(int shard, StorageServices services, ShardCompaction compaction) {
        this.shard = shard;
        this.services = services;
        this.compaction = compaction;
        this.directories = new PartitionDirectories(
                services.files(), services.directory().layout().topics());
    }

    HostedPartition get(TopicPartition id) {
        return byId.get(id);
    }

    Collection<HostedPartition> all() {
        return byId.values();
    }

    /** Where writing failed, as far as that is known: one of the partitions, or the shard as a whole. */
    String poisoned() {
        return byId.values().stream()
                .filter(held -> held.log() != null && held.log().isPoisoned())
                .map(held -> held.id().toString())
                .findFirst()
                .orElse("shard " + shard);
    }

    /**
     * Makes this shard serve what the image assigns to it, and nothing else.
     *
     * @param beforeDeleting run where logs are about to be deleted
     */
    void apply(ClusterImage image, Chore beforeDeleting) throws IOException {
        Set<TopicPartition> wanted = new HashSet<>();
        for (TopicImage topic : image.topics().values()) {
            for (int p = 0; p < topic.partitions().size(); p++) {
                TopicPartition id = new TopicPartition(topic.name(), p);
                PartitionImage partition = topic.partitions().get(p);
                if (!isMine(id, partition)) continue;
                HostedPartition held = byId.get(id);
                if (held != null && held.topicId().equals(topic.id())) wanted.add(id);
            }
        }
        destroyAllBut(wanted, beforeDeleting);
        for (TopicImage topic : image.topics().values()) serve(topic);
    }

    private boolean isMine(TopicPartition id, PartitionImage partition) {
        return Addresses.shardOf(id, services.shards()) == shard && partition.leader() == services.nodeId();
    }

    private void destroyAllBut(Set<TopicPartition> wanted, Chore beforeDeleting) throws IOException {
        List<HostedPartition> gone = new ArrayList<>();
        for (HostedPartition held : byId.values()) if (!wanted.contains(held.id())) gone.add(held);
        if (gone.isEmpty()) return;
        beforeDeleting.run();
        for (HostedPartition held : gone) {
            byId.remove(held.id());
            services.hosted().remove(held);
            held.refuseWaiting(
                    new ApiException(ErrorCode.UNKNOWN_TOPIC, held.id().topic() + " has been deleted."));
            held.tail().clear();
        }
        // Before the files go: a recovery point without its log would look like a log that was lost.
        services.recovery().write();
        for (HostedPartition held : gone) {
            compaction.stop(held);
            if (held.log() != null) held.close();
            directories.destroy(held.id());
        }
    }

    private void serve(TopicImage topic) throws IOException {
        for (int p = 0; p < topic.partitions().size(); p++) {
            TopicPartition id = new TopicPartition(topic.name(), p);
            PartitionImage partition = topic.partitions().get(p);
            if (!isMine(id, partition)) continue;
            HostedPartition held = byId.get(id);
            if (held == null) {
                held = open(id, topic, partition);
                byId.put(id, held);
            } else if (held.log() != null && !held.config().equals(topic.config())) {
                held.log().configure(logConfig(topic.config()));
            }
            held.configure(topic.config(), partition.leaderEpoch());
            services.hosted().put(held);
            services.recovery().opened(id);
        }
    }

    private HostedPartition open(TopicPartition id, TopicImage topic, PartitionImage image) throws IOException {
        if (directories.isOlder(id, topic.id())) {
            // In this order: a recovery point that outlived its log would look like a log that was lost.
            services.recovery().forget(id);
            directories.destroy(id);
        }
        PartitionDirectories.Found found = directories.prepare(id, topic.id());
        long point = services.recovery().point(id);
        if (found.defect() != null) return new HostedPartition(id, topic.id(), found.defect(), point);
        if (!found.kept() && point > 0) {
            String reason = "its directory is gone, although records below offset " + point + " were in it";
            return new HostedPartition(id, topic.id(), reason, point);
        }
        Path directory = directories.of(id);
        LogRecovery.Outcome outcome = LogRecovery.open(
                services.files(),
                directory,
                logConfig(topic.config()),
                point,
                services.recovery().lastStop());
        if (outcome instanceof LogRecovery.Quarantined bad)
            return new HostedPartition(id, topic.id(), bad.reason(), point);
        LogRecovery.Recovered sound = (LogRecovery.Recovered) outcome;
        services.recovery().recovered(id, sound.truncatedBytes(), sound.batchesChecked());
        PartitionLog log = sound.log();
        String loss = restore(id, topic.id(), log);
        if (loss != null) return new HostedPartition(id, topic.id(), loss, point);
        int inSync = image.isr().size();
        Leader replica = new Leader(log.logEndOffset(), inSync, topic.config().minInsyncReplicas());
        return new HostedPartition(id, topic.id(), log, replica, point);
    }

    /** Puts back what only the write-ahead log has kept. Returns why that cannot be done, or null. */
    private String restore(TopicPartition id, UUID topicId, PartitionLog log) throws IOException {
        WalRemains remains = services.wal().remains();
        if (remains.holds(id, topicId)) {
            long elapsedMs = services.clock().elapsedMs();
            LogRestore restore = new LogRestore(log);
            try {
                remains.forEach(id, topicId, (file, position, batches) -> restore.put(batches, elapsedMs));
                log.flush();
                services.recovery().restored(id, restore.appended());
            } catch (CorruptLogException lost) {
                log.close();
                return lost.getMessage();
            }
        }
        remains.restored(id);
        return null;
    }

    void findProducer(FindProducer ask) {
        Map<Integer, Integer> found = new HashMap<>();
        for (int number = 0; number < ask.partitions(); number++) {
            HostedPartition held = byId.get(new TopicPartition(ask.topic(), number));
            if (held == null) continue;
            if (held.quarantine() != null) {
                found.put(number, FindProducer.UNREADABLE);
                continue;
            }
            ProducerState known = held.log().producers().get(ask.producerId());
            if (known != null) found.put(number, known.lastSequence());
        }
        ask.done().complete(found);
    }

    void describeProducers(DescribeProducers ask) {
        HostedPartition held = byId.get(ask.partition());
        if (held == null) {
            ask.done().fail(LogAccess.unknown(ask.partition()));
        } else if (held.quarantine() != null) {
            ask.done().fail(held.quarantineRefusal());
        } else {
            ask.done()
                    .complete(held.log().producers().all().stream()
                            .map(state -> new DescribeProducers.Producer(
                                    state.id(),
                                    state.epoch(),
                                    state.lastSequence(),
                                    state.lastTimestampMs(),
                                    state.coordinatorEpoch(),
                                    state.transactionStart()))
                            .toList());
        }
    }

    /**
     * Closes what is open, as part of a clean stop. A log that cannot be closed keeps its recovery point.
     *
     * @return true where all of all logs is in their files now
     */
    boolean closeAll() {
        boolean well = true;
        for (HostedPartition held : byId.values()) {
            if (held.log() == null) continue;
            compaction.stop(held);
            // What a poisoned log ends with is not known: the next start has to look.
            if (held.log().isPoisoned()) services.recovery().notClean();
            well &= !held.log().isPoisoned();
            try {
                held.close();
            } catch (IOException e) {
                services.recovery().forceFailed();
                well = false;
                LOG.error("{} could not be closed", held.id(), e);
            }
        }
        return well;
    }

    private LogConfig logConfig(TopicConfig topic) {
        return new LogConfig(
                topic.segmentBytes(),
                topic.segmentMs(),
                topic.retentionMs(),
                topic.retentionBytes(),
                topic.indexIntervalBytes(),
                topic.compact(),
                topic.delete(),
                topic.minCompactionLagMs(),
                topic.maxCompactionLagMs(),
                topic.deleteRetentionMs(),
                topic.minCleanableDirtyRatio(),
                services.producers());
    }
}

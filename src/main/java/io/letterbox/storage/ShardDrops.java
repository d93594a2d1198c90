package io.letterbox.storage;

import io.letterbox.disk.ForceFailedException;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of one shard whose files are to be deleted, because their topics were. They are deleted when the
 * journal carries that, and for no other reason; a drop that it lacks is appended at the start, for directories that no
 * topic has. Only what the metadata call deleted is dropped: metadata that were lost would look like topics that were
 * deleted. Owned by the shard's thread.
 */
final class ShardDrops {
    private static final Logger LOG = LoggerFactory.getLogger(ShardDrops.class);

    private final int shard;
    private final StorageServices services;
    private final PartitionDirectories directories;
    private final Carrier journal;

    /** Out of service, and how their logs were called. */
    private final Map<TopicIdPartition, TopicPartition> pending = new LinkedHashMap<>();

    /** Those of which the journal has been given a drop, and those of which that is safe. */
    private final Set<TopicIdPartition> underWay = new HashSet<>();

    private final Set<TopicIdPartition> carried = new HashSet<>();

    /** Whether it has been looked for what an earlier process has left. */
    private boolean searched;

    /** Takes entries, as {@link Journal#append} does. */
    @FunctionalInterface
    interface Carrier {
        void append(JournalEntry entry, Journal.Completion done);
    }

    ShardDrops(int shard, StorageServices services, PartitionDirectories directories, Carrier journal) {
        this.shard = shard;
        this.services = services;
        this.directories = directories;
        this.journal = journal;
    }

    /** Adds a deleted partition, whose files are closed. */
    void add(HostedPartition held) {
        pending.put(held.key(), held.id());
    }

    /** True if nothing is left of anything that was deleted. */
    boolean areComplete() {
        return searched && pending.isEmpty();
    }

    /** Looks, once, for directories that no topic of the image has. */
    void findOrphans(ClusterImage image) throws IOException {
        if (searched) return;
        attempt("shard " + shard, () -> {
            Set<TopicIdPartition> mine = new HashSet<>();
            for (TopicImage topic : image.topics().values()) {
                for (int p = 0; p < topic.partitions().size(); p++) {
                    if (topic.partitions().get(p).shard() == shard) mine.add(new TopicIdPartition(topic.id(), p));
                }
            }
            for (TopicIdPartition id : directories.all()) if (!mine.contains(id)) checkOrphan(id, image);
            searched = true;
        });
    }

    private void checkOrphan(TopicIdPartition id, ClusterImage image) throws IOException {
        String topic = image.deleted().get(id.topicId());
        // A deletion that was interrupted at its last step leaves an empty directory.
        boolean dropped = services.wal().recovered().isDropped(id);
        if (topic != null || dropped || directories.isEmpty(id)) {
            pending.put(id, new TopicPartition(topic == null ? directories.topic(id) : topic, id.partition()));
        } else {
            LOG.warn(
                    "{} ({}/{}) belongs to no topic that this server knows to be deleted, and is left alone; remove it"
                            + " where nobody needs it",
                    directories.of(id),
                    directories.topic(id),
                    id.partition());
        }
    }

    /**
     * Deletes what can be deleted now.
     *
     * @throws IOException if a force failed: the shard must end
     */
    void run() throws IOException {
        if (pending.isEmpty()) return;
        Object first = pending.values().iterator().next();
        attempt(first, this::carry);
        if (pending.keySet().stream().noneMatch(carried::contains)) return;
        pending.keySet().forEach(services.recovery()::forget);
        boolean[] pointsGone = {false};
        // Before the files go: a recovery point without its log would look like a log that was lost.
        attempt(first, () -> {
            services.recovery().write();
            pointsGone[0] = true;
        });
        if (!pointsGone[0]) return;
        for (Map.Entry<TopicIdPartition, TopicPartition> each : List.copyOf(pending.entrySet())) {
            if (!carried.contains(each.getKey())) continue;
            attempt(each.getValue(), () -> {
                directories.destroy(each.getKey());
                pending.remove(each.getKey());
                carried.remove(each.getKey());
            });
        }
    }

    /** Has the journal carry what it does not yet. */
    private void carry() throws IOException {
        Map<TopicIdPartition, TopicPartition> missing = new LinkedHashMap<>(pending);
        missing.keySet().removeAll(carried);
        missing.keySet().removeAll(underWay);
        if (missing.isEmpty()) return;
        underWay.addAll(missing.keySet());
        IOException[] failure = {null};
        journal.append(new JournalEntry.Drop(services.clock().wallMs(), missing), new Journal.Completion() {
            @Override
            public void safe() {
                underWay.removeAll(missing.keySet());
                carried.addAll(missing.keySet());
            }

            @Override
            public void failed(IOException why) {
                underWay.removeAll(missing.keySet());
                failure[0] = why;
            }
        });
        if (failure[0] != null) throw failure[0];
    }

    private void attempt(Object where, ShardFailures.PartitionOperation step) throws IOException {
        try {
            step.run();
            services.shortages().succeeded(FileOperation.DELETION, where);
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException lacking) {
            services.shortages().failed(FileOperation.DELETION, where, lacking);
        }
    }
}

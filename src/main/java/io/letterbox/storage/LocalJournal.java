package io.letterbox.storage;

import io.letterbox.disk.ForceFailedException;
import io.letterbox.log.Flush;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.wal.WalEntry;
import io.letterbox.log.wal.WriteAheadLog;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.record.TopicPartition;
import io.letterbox.text.FileTrouble;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The journal of a node that stands alone: its write-ahead log, and forces of the logs where that has no room or a
 * log's beginning is not in it. Topics that are not flushed at each append are safe as soon as they are in the log.
 *
 * <p>An entry is complete when {@link #append} returns: with one disk, a second thread would add a hand-over to each
 * acknowledgement and could do nothing meanwhile.
 */
final class LocalJournal implements Journal {
    private final WriteAheadLog wal;
    private final ParallelFsync forces;
    private final Function<TopicPartition, HostedPartition> partitions;

    /**
     * @param wal where entries are made durable
     * @param forces what makes the logs of an entry durable where that is not possible
     * @param partitions finds the shard's partitions; null if it has none of the name
     */
    LocalJournal(WriteAheadLog wal, ParallelFsync forces, Function<TopicPartition, HostedPartition> partitions) {
        this.wal = wal;
        this.forces = forces;
        this.partitions = partitions;
    }

    @Override
    public int capacity() {
        return 1;
    }

    @Override
    public void append(JournalEntry entry, Completion done) {
        IOException failure = null;
        try {
            // A log writes down by itself where it begins, before anything goes: a full disk must not prevent that. Nor
            // opens and drops: where there is no room for them, the metadata stand in, by which a start ends what this
            // process does not.
            if (entry instanceof JournalEntry.Group group) makeDurable(group);
            else if (entry instanceof JournalEntry.Open open) wal.writeOpens(open.timeMs(), open.partitions());
            else if (entry instanceof JournalEntry.Drop drop) wal.writeDrops(drop.timeMs(), drop.partitions());
        } catch (IOException failed) {
            failure = failed;
        } catch (RuntimeException unexpected) {
            // Nobody knows how far it got.
            failure = new ForceFailedException(
                    "The write-ahead log", new IOException(FileTrouble.reason(unexpected), unexpected));
        }
        if (failure == null) done.safe();
        else done.failed(failure);
    }

    private void makeDurable(JournalEntry.Group entry) throws IOException {
        List<WalEntry> ahead = new ArrayList<>(entry.parts().size());
        List<HostedPartition> aheadOf = new ArrayList<>(entry.parts().size());
        List<Flush> flushes = new ArrayList<>();
        for (WalEntry part : entry.parts()) {
            HostedPartition partition = synced(part);
            if (partition == null) continue;
            long durable = partition.log().durableOffset();
            // What was tried before has succeeded for it, and not for all.
            if (durable >= part.nextOffset()) continue;
            // What is written ahead has to follow on what is durable, which the topic may not have wanted before.
            if (durable < part.baseOffset()) {
                flushes.add(partition.log().startFlush());
            } else {
                ahead.add(part);
                aheadOf.add(partition);
            }
        }
        boolean written = !ahead.isEmpty() && wal.write(entry.timeMs(), ahead);
        for (int index = 0; index < ahead.size(); index++) {
            PartitionLog log = aheadOf.get(index).log();
            if (written) log.writtenAhead(ahead.get(index).nextOffset());
            else flushes.add(log.startFlush());
        }
        forces.force(flushes);
    }

    /** The partition to which something was appended, where its topic wants that on disk at once; else null. */
    private HostedPartition synced(WalEntry part) {
        HostedPartition partition = partitions.apply(part.partition());
        boolean there =
                partition != null && !partition.isGone() && partition.topicId().equals(part.topicId());
        return there && partition.config().flush() == TopicConfig.FlushPolicy.SYNC ? partition : null;
    }

    @Override
    public boolean wantsCheckpoint(JournalEntry.Group entry) {
        long synced = 0;
        for (WalEntry part : entry.parts()) if (synced(part) != null) synced += part.sizeBytes();
        return wal.room(entry.parts().size(), synced) == WriteAheadLog.Room.AFTER_SWITCH;
    }

    @Override
    public void checkpointBegins() {
        wal.switchFiles();
    }

    @Override
    public void discard() throws IOException {
        wal.discard();
    }

    @Override
    public void close() throws IOException {
        wal.close();
    }
}

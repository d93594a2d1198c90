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
 * The journal of a single node: its write-ahead log, and forces of the logs if that has no room or does not hold a
 * log's earlier batches. Batches of topics without {@code flush=sync} are safe as soon as they are in the log.
 *
 * <p>An entry is complete when {@link #append} returns: with one disk, a second thread would add a hand-over to each
 * acknowledgement and could do nothing meanwhile.
 */
final class LocalJournal implements Journal, AutoCloseable {
    private final WriteAheadLog wal;
    private final ParallelFsync forces;
    private final Function<TopicPartition, HostedPartition> partitions;

    /**
     * @param wal the log that makes entries durable
     * @param forces forces the logs of an entry if the write-ahead log cannot take it
     * @param partitions finds the shard's partitions; null for other partitions
     */
    LocalJournal(WriteAheadLog wal, ParallelFsync forces, Function<TopicPartition, HostedPartition> partitions) {
        this.wal = wal;
        this.forces = forces;
        this.partitions = partitions;
    }

    @Override
    public int capacity(long bytes) {
        return 1;
    }

    @Override
    public void append(JournalEntry entry, Completion done) {
        IOException failure = null;
        try {
            // A log stores its start offset itself, before it deletes segments, so that deletion works on a full disk.
            // Opens and drops work there, too: if the write-ahead log has no room for them, the next start completes
            // them from the metadata.
            if (entry instanceof JournalEntry.Group group) makeDurable(group);
            else if (entry instanceof JournalEntry.Open open) wal.writeOpens(open.timeMs(), open.partitions());
            else if (entry instanceof JournalEntry.Drop drop) wal.writeDrops(drop.timeMs(), drop.partitions());
        } catch (IOException failed) {
            failure = failed;
        } catch (RuntimeException unexpected) {
            // It is unknown how much was forced, so this counts as a failed force.
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
            // A failed attempt has made this log durable already, though not all logs of the group.
            if (durable >= part.nextOffset()) continue;
            // A write-ahead entry has to follow directly on the durable end. The log may be behind it, if the topic's
            // flush setting was not sync until now.
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

    /** The partition of a part if its topic has {@code flush=sync}; else null. */
    private HostedPartition synced(WalEntry part) {
        HostedPartition partition = partitions.apply(part.partition());
        boolean there =
                partition != null && !partition.isGone() && partition.topicId().equals(part.topicId());
        return there && partition.config().flush() == TopicConfig.FlushPolicy.SYNC ? partition : null;
    }

    /** Whether there is no room for an entry, but a checkpoint would make room. */
    boolean wantsCheckpoint(JournalEntry.Group entry) {
        long all = 0;
        for (WalEntry part : entry.parts()) all += part.sizeBytes();
        // The rule: there is room even for what does not have to be written.
        if (wal.room(entry.parts().size(), all) == WriteAheadLog.Room.HERE) return false;
        long synced = 0;
        for (WalEntry part : entry.parts()) if (synced(part) != null) synced += part.sizeBytes();
        return wal.room(entry.parts().size(), synced) == WriteAheadLog.Room.AFTER_SWITCH;
    }

    /**
     * Notes that a checkpoint begins, which forces everything that is safe by now into the logs. The previous one is
     * over, so that entries from before it are not needed any more.
     */
    void checkpointBegins() {
        wal.switchFiles();
    }

    /** Deletes all entries, after all logs were closed cleanly. Instead of {@link #close}. */
    void discard() throws IOException {
        wal.discard();
    }

    @Override
    public void close() throws IOException {
        wal.close();
    }
}

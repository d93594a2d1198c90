package io.letterbox.storage;

import io.letterbox.bus.Committed;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.error.ApiException;
import io.letterbox.log.wal.WalEntry;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.replication.Input;
import io.letterbox.time.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Commits all pending appends with one entry of the journal. Appends run on the shard's queue and mark their partition
 * here; the commit is queued once, behind everything that is queued already, so groups grow while the journal is slow,
 * without a timer and without a lock. As many groups are in flight as the journal allows; later appends form the next
 * group. Owned by the shard's thread.
 */
final class GroupCommit {
    private final Journal journal;
    private final Clock clock;
    private final Listener listener;

    /** The groups that the journal has and that are not safe yet, oldest first. */
    private final ArrayDeque<Group> underWay = new ArrayDeque<>();

    /** The group that is being formed. */
    private Group open = new Group();

    /** Groups that the journal has returned because a resource was short, to be appended again; null normally. */
    private Group returned;

    /** Whether the open group could not be handed over because the journal has no more in flight. */
    private boolean due;

    /** The result of one commit, for subscribers and meters. */
    record CommitResult(Committed committed, int batches, int records, long bytes, long fsyncNanos) {}

    /** Listens for the results of groups. */
    interface Listener {
        /** A group is safe: its high watermarks have moved and its promises are completed. */
        void committed(CommitResult outcome);

        /**
         * A group is not safe. After a failed force this shard may not acknowledge anything any more; otherwise a
         * resource was short, and {@link GroupCommit#commit} retries.
         */
        void failed(IOException why);
    }

    /** The batches appended to one log since the last commit. */
    private static final class Written {
        private final long baseOffset;
        private long nextOffset;
        private final List<ByteBuffer> batches = new ArrayList<>();
        private int sizeBytes;

        Written(long baseOffset) {
            this.baseOffset = baseOffset;
        }
    }

    private final class Group implements Journal.Completion {
        private final Map<HostedPartition, Written> dirty = new LinkedHashMap<>();
        private int batches;
        private int records;
        private long bytes;
        private long startNanos;

        /** Of what there is so far; null if that has changed since. */
        private JournalEntry.Group entry;

        @Override
        public void safe() {
            if (!underWay.contains(this)) return;
            if (underWay.remove() != this) throw new AssertionError("an entry was safe before the one in front of it");
            listener.committed(finish());
        }

        @Override
        public void failed(IOException why) {
            if (!underWay.remove(this)) return;
            if (why instanceof ForceFailedException) {
                listener.failed(why);
                return;
            }
            if (returned == null) returned = this;
            else returned.takeOver(this);
            if (!underWay.isEmpty()) return;
            returned.takeOver(open);
            open = returned;
            returned = null;
            listener.failed(why);
        }

        private void takeOver(Group later) {
            later.dirty.forEach((partition, more) -> {
                Written written = dirty.computeIfAbsent(partition, p -> new Written(more.baseOffset));
                written.nextOffset = more.nextOffset;
                written.batches.addAll(more.batches);
                written.sizeBytes += more.sizeBytes;
            });
            batches += later.batches;
            records += later.records;
            bytes += later.bytes;
            entry = null;
        }

        private void eachBatch(BiConsumer<HostedPartition, ByteBuffer> visitor) {
            dirty.forEach((partition, written) -> written.batches.forEach(batch -> visitor.accept(partition, batch)));
        }

        private JournalEntry.Group entry() {
            if (entry != null) return entry;
            List<WalEntry> parts = new ArrayList<>(dirty.size());
            dirty.forEach((partition, written) -> parts.add(new WalEntry(
                    partition.id(),
                    partition.topicId(),
                    written.baseOffset,
                    written.nextOffset,
                    written.batches,
                    written.sizeBytes)));
            entry = new JournalEntry.Group(clock.wallMs(), parts);
            return entry;
        }

        private CommitResult finish() {
            long nanos = System.nanoTime() - startNanos;
            boolean synced = false;
            List<Committed.Moved> moved = new ArrayList<>(dirty.size());
            Acknowledgements answers = new Acknowledgements();
            for (Map.Entry<HostedPartition, Written> each : dirty.entrySet()) {
                HostedPartition partition = each.getKey();
                if (partition.isGone()) continue;
                synced |= partition.config().flush() == TopicConfig.FlushPolicy.SYNC;
                Input durable = new Input.Durable(each.getValue().nextOffset);
                partition.replica().step(durable, output -> partition.perform(output, moved, answers));
            }
            answers.send();
            return new CommitResult(new Committed(List.copyOf(moved)), batches, records, bytes, synced ? nanos : 0);
        }
    }

    /**
     * @param journal the journal that makes groups safe
     * @param clock gives groups their time
     * @param listener called for each group, on the shard's thread
     */
    GroupCommit(Journal journal, Clock clock, Listener listener) {
        this.journal = journal;
        this.clock = clock;
        this.listener = listener;
    }

    /**
     * Adds an appended batch. Returns true for the first of a group, and where a group that was too small is not any
     * more: the caller then has to queue the commit.
     *
     * @param baseOffset the offset of its first record
     * @param nextOffset the offset after its last record
     */
    boolean add(HostedPartition partition, long baseOffset, long nextOffset, ByteBuffer batch, int recordCount) {
        boolean first = open.batches == 0;
        Written written = open.dirty.computeIfAbsent(partition, p -> new Written(baseOffset));
        written.nextOffset = nextOffset;
        written.batches.add(batch);
        written.sizeBytes += batch.remaining();
        open.batches++;
        open.records += recordCount;
        open.bytes += batch.remaining();
        open.entry = null;
        if (first || !due || underWay.size() >= journal.capacity(open.bytes)) return first;
        due = false;
        return true;
    }

    /** What the open group would be in the journal now; null if it is empty. */
    JournalEntry.Group pending() {
        return open.batches == 0 ? null : open.entry();
    }

    /**
     * True if {@link #commit} has to be called again once a group is safe, because the journal had no more in flight.
     */
    boolean isDue() {
        return due;
    }

    /** Goes through the batches that are appended and not safe. */
    void eachUnsafe(BiConsumer<HostedPartition, ByteBuffer> visitor) {
        for (Group group : underWay) group.eachBatch(visitor);
        if (returned != null) returned.eachBatch(visitor);
        open.eachBatch(visitor);
    }

    /**
     * Truncates everything that is not safe, so that the logs end at their high watermarks, and refuses pending
     * appends. Later results of the journal for earlier groups are ignored. Only while no force runs. For a leader that
     * steps down.
     *
     * @param partitions all partitions of the shard
     * @throws IOException if a log could not be truncated; it is poisoned
     */
    void cut(Collection<HostedPartition> partitions, ApiException why) throws IOException {
        underWay.clear();
        open = new Group();
        returned = null;
        due = false;
        for (HostedPartition partition : partitions) partition.cut(why);
    }

    /** Hands over the open group, if the journal takes more. */
    void commit() {
        boolean full = returned != null || underWay.size() >= journal.capacity(open.bytes);
        due = full && open.batches > 0;
        if (full || open.batches == 0) return;
        Group group = open;
        open = new Group();
        underWay.add(group);
        group.startNanos = System.nanoTime();
        journal.append(group.entry(), group);
    }
}

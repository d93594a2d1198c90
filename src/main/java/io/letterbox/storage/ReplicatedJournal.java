package io.letterbox.storage;

import io.letterbox.storage.replica.Proposal;
import io.letterbox.storage.replica.ReplicatedLog;
import io.letterbox.text.FileTrouble;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The journal of a shard that has replicas on other nodes: entries are proposed to the log that these share, and safe
 * when they are committed and applied here, all under one leadership. While this replica does not lead, no entry is
 * taken.
 */
final class ReplicatedJournal implements Journal {
    /** So many bytes of groups may be under way; what comes meanwhile gathers. */
    private static final long UNDER_WAY_BYTES_MAX = 8 << 20;

    /**
     * A group of fewer bytes waits for the entry before it: each entry costs a force on every replica, and with many
     * groups under way there would be as many as there are batches.
     */
    private static final long SMALL_BYTES = 64 << 10;

    private final ReplicatedLog log;
    private final LongSupplier metadataVersion;

    /** What is proposed and has not come back, oldest first. */
    private final ArrayDeque<Own> underWay = new ArrayDeque<>();

    private long underWayBytes;

    /** Null while this replica does not lead. */
    private Leadership leadership;

    /** Stands for one time that this replica leads. Each is another one, even of the same term. */
    static final class Leadership {
        private final long term;
        private final Runnable refused;

        /**
         * @param term of the log
         * @param refused told, within a call of the journal, if the log has not taken an entry
         */
        Leadership(long term, Runnable refused) {
            this.term = term;
            this.refused = refused;
        }
    }

    /** An entry that was proposed here. */
    final class Own implements Proposal {
        private final Leadership under;
        private final JournalEntry entry;
        private final int sizeBytes;
        private final long proposedNs = System.nanoTime();

        /** Null for a piece of an entry, but for its last one. */
        private final Completion done;

        private Own(JournalEntry entry, int sizeBytes, Completion done) {
            this.under = leadership;
            this.entry = entry;
            this.sizeBytes = sizeBytes;
            this.done = done;
        }

        JournalEntry entry() {
            return entry;
        }

        int sizeBytes() {
            return sizeBytes;
        }

        /** How long ago the entry was proposed, in nanoseconds. */
        long ageNanos() {
            return System.nanoTime() - proposedNs;
        }

        /** Told when the entry is applied; null for a piece of an entry, but for its last one. */
        Completion done() {
            return done;
        }

        @Override
        public void refused(Throwable why) {
            if (under != leadership) return;
            under.refused.run();
            log.stepDown("an entry was refused: " + FileTrouble.reason(why));
        }
    }

    /**
     * @param log where entries are proposed
     * @param metadataVersion what this node has applied: who applies an entry needs it
     */
    ReplicatedJournal(ReplicatedLog log, LongSupplier metadataVersion) {
        this.log = log;
        this.metadataVersion = metadataVersion;
    }

    ReplicatedLog log() {
        return log;
    }

    /** No record batch may be larger, or it would fit into no entry. */
    int maxBatchBytes() {
        return log.maxEntryBytes() - JournalEntryCodec.OVERHEAD_BYTES;
    }

    /** This replica leads. */
    void begin(Leadership begun) {
        leadership = begun;
    }

    /**
     * This replica leads no more. What is under way may be committed all the same, and is then applied as any other's
     * entry.
     *
     * @return whoever waits for something else than a group, which has to be told
     */
    List<Completion> end() {
        leadership = null;
        List<Completion> waiting = new ArrayList<>();
        for (Own own : underWay)
            if (own.done != null && !(own.entry instanceof JournalEntry.Group)) waiting.add(own.done);
        underWay.clear();
        underWayBytes = 0;
        return waiting;
    }

    @Override
    public boolean decides() {
        return leadership != null;
    }

    /** Whether a proposal was made under the leadership that this replica has now, and is committed in its term. */
    boolean isLive(Proposal proposal, long term) {
        return proposal instanceof Own own && own.under == leadership && own.under.term == term;
    }

    /** An entry is committed that was proposed under the present leadership. */
    void committed(Own own) {
        if (underWay.poll() != own) throw new IllegalStateException("an entry was committed before the one in front");
        underWayBytes -= own.sizeBytes;
    }

    @Override
    public int capacity(long bytes) {
        return bytes < SMALL_BYTES || underWayBytes >= UNDER_WAY_BYTES_MAX ? 1 : Math.max(1, log.capacity());
    }

    @Override
    public void append(JournalEntry entry, Completion done) {
        Leadership under = leadership;
        if (under == null) {
            done.failed(new NotLeadingException());
            return;
        }
        List<JournalEntry> pieces = JournalEntryCodec.split(entry, log.maxEntryBytes());
        for (int index = 0; index < pieces.size() && under == leadership; index++) {
            JournalEntry piece = pieces.get(index);
            Completion told = index == pieces.size() - 1 ? done : null;
            Own own = new Own(piece, JournalEntryCodec.sizeBytes(piece), told);
            underWay.add(own);
            underWayBytes += own.sizeBytes;
            log.propose(JournalEntryCodec.encode(piece, under.term, metadataVersion.getAsLong()), own);
        }
    }
}

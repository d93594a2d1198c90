package io.letterbox.storage;

import io.letterbox.storage.replica.FollowerProgress;
import io.letterbox.storage.replica.LogPosition;
import io.letterbox.storage.replica.Proposal;
import io.letterbox.storage.replica.ReplicatedLog;
import io.letterbox.storage.replica.ShardReplica;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A replicated log that does what Raft promises, and no more. Entries are committed in one order; of those that are not
 * when leadership moves, some stay and are committed by the next leader, the others are lost; a leader that was deposed
 * hears of it late, and what it proposes meanwhile leads nowhere; a replica gets its own proposals back as its own
 * while it leads, and perhaps afterwards; after a crash everything from behind its checkpoint comes again.
 */
final class SimReplicatedLog {
    private final Random random;
    private final List<Item> items = new ArrayList<>();
    private int committed;
    private long term;
    private Member leader;

    /** @param bytes null for what only takes a position */
    record Item(LogPosition at, ByteBuffer bytes, Proposal proposal, Member by) {}

    SimReplicatedLog(Random random) {
        this.random = random;
    }

    /** Of the leader of the newest term; null if it has crashed. */
    Member leader() {
        return leader;
    }

    /** Makes a replica lead: some of what nobody has committed yet stays. */
    void elect(Member next) {
        int kept = committed + random.nextInt(items.size() - committed + 1);
        items.subList(kept, items.size()).clear();
        depose();
        leader = next;
        term++;
        items.add(new Item(new LogPosition(term, items.size()), null, null, null));
    }

    private void depose() {
        if (leader != null) leader.mustBeTold |= leader.ledTerm >= 0;
        leader = null;
    }

    /** Commits the oldest entry that is not committed yet; null if there is none, or nobody who could. */
    Item commit() {
        return committed == items.size() || leader == null ? null : items.get(committed++);
    }

    boolean isCommitted() {
        return committed == items.size();
    }

    long lastCommitted() {
        return committed - 1;
    }

    /** One process on one node. */
    final class Member implements ReplicatedLog {
        private static final int WAITING_MAX = 40;

        private ShardReplica replica;
        private int delivered;
        private int applied;
        private long ledTerm = -1;
        private boolean mustBeTold;
        private boolean dead;
        private Throwable broken;
        private long purgedTo = -1;
        private final int maxEntryBytes;

        /** @param purgedTo what the processes before have said */
        Member(int maxEntryBytes, long purgedTo) {
            this.maxEntryBytes = maxEntryBytes;
            this.purgedTo = purgedTo;
        }

        void begin(ShardReplica begun) {
            replica = begun;
            delivered = (int) begun.restored().index() + 1;
            applied = delivered;
            if (delivered <= purgedTo) throw new AssertionError("entry " + delivered + " is purged, and needed");
        }

        long purgedTo() {
            return purgedTo;
        }

        Throwable broken() {
            return broken;
        }

        /** The process has ended. */
        void crash() {
            dead = true;
            if (leader == this) leader = null;
        }

        /** Tells the replica the next thing, if there is one. */
        void deliver() {
            if (mustBeTold && (random.nextInt(3) == 0 || delivered == committed)) {
                mustBeTold = false;
                ledTerm = -1;
                replica.leadsNoMore();
                return;
            }
            if (delivered == committed || delivered - applied >= WAITING_MAX || broken != null) return;
            Item item = items.get(delivered++);
            if (item.bytes == null) {
                replica.skipped(item.at);
                applied++;
                if (leader == this && item.at.term() == term) {
                    if (mustBeTold) replica.leadsNoMore();
                    mustBeTold = false;
                    ledTerm = term;
                    replica.leads(term);
                }
                return;
            }
            boolean leads = leader == this && ledTerm == item.at.term();
            Proposal own = item.by == this && (leads || random.nextBoolean()) ? item.proposal : null;
            replica.apply(item.at, item.bytes.duplicate(), own, () -> applied++, why -> broken = why);
        }

        @Override
        public void propose(ByteBuffer entry, Proposal proposal) {
            if (dead) throw new AssertionError("a dead process proposes");
            if (entry.remaining() > maxEntryBytes) throw new AssertionError(entry + " is too large");
            if (random.nextInt(200) == 0) {
                proposal.refused(new IllegalStateException("there is no room for it"));
                return;
            }
            if (leader != this || ledTerm != term) return;
            items.add(new Item(new LogPosition(term, items.size()), entry, proposal, this));
        }

        @Override
        public void checkpointed(LogPosition position) {
            if (position.index() >= delivered) throw new AssertionError(position + " was not even told");
            if (position.index() < purgedTo) throw new AssertionError("a checkpoint has gone back to " + position);
            purgedTo = position.index();
        }

        @Override
        public int maxEntryBytes() {
            return maxEntryBytes;
        }

        @Override
        public int capacity() {
            return 4;
        }

        @Override
        public void stepDown(String why) {
            if (leader == this) depose();
        }

        @Override
        public List<FollowerProgress> followers() {
            return List.of();
        }
    }
}

package io.letterbox.storage;

import io.letterbox.storage.replica.FollowerProgress;
import io.letterbox.storage.replica.LogPosition;
import io.letterbox.storage.replica.Proposal;
import io.letterbox.storage.replica.ReplicatedLog;
import io.letterbox.storage.replica.ShardReplica;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;

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

    /** By node, from 0: up to where it has forced the log's own files, whatever happens to its processes. */
    private final long[] forced = {-1, -1, -1};

    private final Member[] members = new Member[3];
    private final long[] answeredMs = new long[3];
    private final LongSupplier nowMs;

    /** @param bytes null for what only takes a position */
    record Item(LogPosition at, ByteBuffer bytes, Proposal proposal, Member by) {}

    SimReplicatedLog(Random random, LongSupplier nowMs) {
        this.random = random;
        this.nowMs = nowMs;
    }

    /** Of the leader of the newest term; null if it has crashed. */
    Member leader() {
        return leader;
    }

    /** Makes a replica lead: some of what nobody has committed yet stays. */
    void elect(Member next) {
        int kept = committed + random.nextInt(items.size() - committed + 1);
        items.subList(kept, items.size()).clear();
        for (int node = 0; node < forced.length; node++) forced[node] = Math.min(forced[node], kept - 1);
        forced[next.node] = kept - 1;
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
        if (committed == items.size() || leader == null) return null;
        // A majority has it.
        int out = random.nextInt(forced.length);
        for (int node = 0; node < forced.length; node++)
            if (node != out) forced[node] = Math.max(forced[node], committed);
        return items.get(committed++);
    }

    /** A node forces some of what it does not have. */
    void force(int node, boolean all) {
        int lacking = (int) (items.size() - 1 - forced[node]);
        if (lacking > 0) forced[node] += all ? lacking : random.nextInt(lacking + 1);
    }

    /** Up to where every node has forced the log. */
    long forcedByAll() {
        return Arrays.stream(forced).min().orElseThrow();
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
        private final int node;
        private final int maxEntryBytes;

        /**
         * @param node from 0
         * @param purgedTo what the processes before have said
         */
        Member(int node, int maxEntryBytes, long purgedTo) {
            this.node = node;
            this.maxEntryBytes = maxEntryBytes;
            this.purgedTo = purgedTo;
            members[node] = this;
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
        public long forcedIndex() {
            return forced[node];
        }

        @Override
        public List<FollowerProgress> followers() {
            if (leader != this) return List.of();
            List<FollowerProgress> followers = new ArrayList<>();
            for (int each = 0; each < forced.length; each++) {
                if (members[each] != null && !members[each].dead) answeredMs[each] = nowMs.getAsLong();
                if (each == node) continue;
                followers.add(new FollowerProgress(each + 1, forced[each], nowMs.getAsLong() - answeredMs[each]));
            }
            return followers;
        }
    }
}

package io.letterbox.transactions;

import io.letterbox.memory.StateAccount;
import io.letterbox.memory.StateWeight;
import java.util.Collection;
import java.util.TreeMap;

/** The transactional ids of one coordinator, ordered by name and by their last use. Owned by the coordinator. */
final class TransactionalIds {
    /** The memory of an id's objects and its entry in the table. */
    private static final int BYTES = 320;

    /** The memory of a partition in a set and the name of its topic. */
    private static final int PARTITION_BYTES = 160;

    private final TreeMap<String, TransactionalIdState> byName = new TreeMap<>();
    private final StateAccount account;

    // Queues as rings, each with a sentinel; the id after the sentinel was unused for longest. Ids with an ongoing
    // transaction are in none.
    private final TransactionalIdState unused = ring();
    private final TransactionalIdState idle = ring();

    TransactionalIds(StateAccount account) {
        this.account = account;
    }

    private static TransactionalIdState ring() {
        TransactionalIdState none = new TransactionalIdState(null);
        none.before = none;
        none.after = none;
        return none;
    }

    /** The state of an id, or null. */
    TransactionalIdState get(String id) {
        return byName.get(id);
    }

    /** Sets the state of an id from the log. */
    TransactionalIdState put(Transaction transaction) {
        TransactionalIdState tracked = byName.get(transaction.id());
        if (tracked == null) {
            tracked = new TransactionalIdState(transaction);
            byName.put(transaction.id(), tracked);
        } else {
            account.charge(-weightBytes(tracked.transaction));
            tracked.update(transaction);
            unlink(tracked);
        }
        account.charge(weightBytes(transaction));
        link(tracked);
        return tracked;
    }

    void remove(String id) {
        TransactionalIdState tracked = byName.remove(id);
        if (tracked == null) return;
        account.charge(-weightBytes(tracked.transaction));
        unlink(tracked);
    }

    /** The id to drop first; null if all have ongoing transactions. Ids that never had a transaction come first. */
    TransactionalIdState oldestIdle() {
        if (unused.after != unused) return unused.after;
        return idle.after == idle ? null : idle.after;
    }

    /** The id to drop after another; null if there is none. */
    TransactionalIdState nextIdle(TransactionalIdState tracked) {
        TransactionalIdState next = tracked.after;
        if (next == unused) next = idle.after;
        return next == idle ? null : next;
    }

    Collection<TransactionalIdState> all() {
        return byName.values();
    }

    /** The ids whose names come after a name, in order; all if it is null. */
    Collection<TransactionalIdState> after(String id) {
        return id == null ? byName.values() : byName.tailMap(id, false).values();
    }

    /** The estimated memory of an id with its durable state. */
    static long weightBytes(Transaction transaction) {
        return BYTES
                + StateWeight.of(transaction.id())
                + (long) PARTITION_BYTES * transaction.partitions().size();
    }

    private void link(TransactionalIdState tracked) {
        if (!tracked.transaction.state().isIdle()) return;
        TransactionalIdState ring = tracked.transaction.state() == TransactionState.EMPTY ? unused : idle;
        tracked.before = ring.before;
        tracked.after = ring;
        ring.before.after = tracked;
        ring.before = tracked;
    }

    private static void unlink(TransactionalIdState tracked) {
        if (tracked.after == null) return;
        tracked.before.after = tracked.after;
        tracked.after.before = tracked.before;
        tracked.before = null;
        tracked.after = null;
    }
}

package io.letterbox.storage;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A journal whose entries become safe when a test says so, never within the call that brings them: what a replicated
 * one promises, and no more. What is safe outlives every crash of the machine; what is not is lost when the journal is
 * cut, unless others had it already.
 */
final class SimJournal implements Journal {
    private final int capacity;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private final List<JournalEntry> safe = new ArrayList<>();

    private record Pending(JournalEntry entry, Completion done) {}

    SimJournal(int capacity) {
        this.capacity = capacity;
    }

    @Override
    public int capacity(long bytes) {
        return capacity;
    }

    @Override
    public void append(JournalEntry entry, Completion done) {
        long groups = pending.stream()
                .filter(each -> each.entry instanceof JournalEntry.Group)
                .count();
        if (entry instanceof JournalEntry.Group && groups >= capacity) throw new AssertionError("more than it takes");
        pending.add(new Pending(entry, done));
    }

    /** The entries that are under way, oldest first. */
    List<JournalEntry> pending() {
        return pending.stream().map(Pending::entry).toList();
    }

    /** Every entry that has ever been safe, in order. */
    List<JournalEntry> safe() {
        return safe;
    }

    /** The oldest entry under way is safe from now on. */
    void complete() {
        Pending oldest = pending.remove();
        safe.add(oldest.entry);
        oldest.done.safe();
    }

    /** Nothing of what is under way can be written for now. */
    void lack(IOException what) {
        List<Pending> all = List.copyOf(pending);
        pending.clear();
        for (Pending each : all) each.done.failed(what);
    }

    /**
     * Ends what is under way, of which nobody hears any more.
     *
     * @param kept so many of the oldest turn out to be safe all the same, because others have them
     * @return those, which the shard has to take from here
     */
    List<JournalEntry> cut(int kept) {
        List<JournalEntry> taken = pending().subList(0, kept);
        pending.clear();
        safe.addAll(taken);
        return taken;
    }
}

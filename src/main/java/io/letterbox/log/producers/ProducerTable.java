package io.letterbox.log.producers;

import java.util.ArrayList;
import java.util.List;

/**
 * The producers of one partition by id, and in the order in which they wrote last; those with an open transaction are
 * in a queue of their own, because they are never forgotten. The links are in the producers themselves, because a map
 * entry and a boxed id would double their memory. Owned by the log's owner.
 */
final class ProducerTable {
    private static final int LEAST_SLOTS = 16;

    /**
     * The high bits of id × multiplier choose the slot. Clients may send any id, but they do not know the multiplier,
     * so they cannot choose many ids of one slot.
     */
    private final long multiplier;

    /** Queues as rings, each with a sentinel; the producer after the sentinel wrote longest ago. */
    private final ProducerState idle = ring();

    private final ProducerState busy = ring();

    private ProducerState[] slots = new ProducerState[LEAST_SLOTS];
    private int size;

    /** @param salt any number that clients do not know */
    ProducerTable(long salt) {
        multiplier = salt | 1;
    }

    private static ProducerState ring() {
        ProducerState none = new ProducerState(-1, (short) -1);
        none.before = none;
        none.after = none;
        return none;
    }

    int size() {
        return size;
    }

    /** The producer with an id, or null. */
    ProducerState get(long id) {
        ProducerState state = slots[slot(id)];
        while (state != null && state.id() != id) state = state.chained;
        return state;
    }

    /** Adds a new producer as the last that wrote. */
    void add(ProducerState state) {
        if (size == slots.length) grow();
        chain(state);
        size++;
        link(state);
    }

    /** Moves a producer to the end of its queue, because it wrote, or its transaction began or ended. */
    void moved(ProducerState state) {
        unlink(state);
        link(state);
    }

    /** The producer that wrote longest ago and has no open transaction; null if all have one. */
    ProducerState oldestIdle() {
        return idle.after == idle ? null : idle.after;
    }

    /** The producer that wrote after this one and has no open transaction; null if this one is the last. */
    ProducerState nextIdle(ProducerState state) {
        return state.after == idle ? null : state.after;
    }

    void remove(ProducerState state) {
        unlink(state);
        int slot = slot(state.id());
        if (slots[slot] == state) {
            slots[slot] = state.chained;
        } else {
            ProducerState previous = slots[slot];
            while (previous.chained != state) previous = previous.chained;
            previous.chained = state.chained;
        }
        state.chained = null;
        size--;
    }

    /**
     * A copy of all producers: those without an open transaction first, each half ordered by their last write, oldest
     * first.
     */
    List<ProducerState> all() {
        List<ProducerState> all = new ArrayList<>(size);
        for (ProducerState state = idle.after; state != idle; state = state.after) all.add(state);
        for (ProducerState state = busy.after; state != busy; state = state.after) all.add(state);
        return all;
    }

    private void link(ProducerState state) {
        ProducerState ring = state.inTransaction() ? busy : idle;
        state.before = ring.before;
        state.after = ring;
        ring.before.after = state;
        ring.before = state;
    }

    private static void unlink(ProducerState state) {
        state.before.after = state.after;
        state.after.before = state.before;
    }

    private int slot(long id) {
        return (int) (id * multiplier >>> Long.numberOfLeadingZeros(slots.length) + 1);
    }

    private void chain(ProducerState state) {
        int slot = slot(state.id());
        state.chained = slots[slot];
        slots[slot] = state;
    }

    private void grow() {
        ProducerState[] full = slots;
        slots = new ProducerState[2 * full.length];
        for (ProducerState first : full) {
            for (ProducerState state = first, next; state != null; state = next) {
                next = state.chained;
                chain(state);
            }
        }
    }
}

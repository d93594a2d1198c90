package io.letterbox.log.producers;

import java.util.ArrayList;
import java.util.List;

/**
 * The producers of one partition by id, and in the order in which they wrote last; those with an open transaction are in a
 * queue of their own, because they are never forgotten. The links are in the producers themselves: a map's entry and a
 * boxed id would take as much again as what is kept. Owned by the log's owner.
 */
final class ProducerTable {
    private static final int LEAST_SLOTS = 16;

    /**
     * Multiplied with an id, its high bits choose the slot. Clients choose their ids freely, and with a multiplier that they
     * do not know they cannot choose many of one slot.
     */
    private final long multiplier;

    /** Rings, each with a node that is no producer: the first after it wrote longest ago. */
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

    /** Null where there is none. */
    ProducerState get(long id) {
        ProducerState state = slots[slot(id)];
        while (state != null && state.id() != id) state = state.chained;
        return state;
    }

    /** Adds one that is not there, as the last that wrote. */
    void add(ProducerState state) {
        if (size == slots.length) grow();
        chain(state);
        size++;
        link(state);
    }

    /** It wrote, or its transaction began or ended: it is the last of its queue. */
    void moved(ProducerState state) {
        unlink(state);
        link(state);
    }

    /** The one that wrote longest ago and has no open transaction; null where all have. */
    ProducerState oldestIdle() {
        return idle.after == idle ? null : idle.after;
    }

    /** The one that wrote after this one and has no open transaction; null where it is the last. */
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

    /** A copy: those without an open transaction first, and in each half who wrote longest ago. */
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

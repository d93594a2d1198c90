package io.letterbox.sse;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Visits each subscriber at a time of its own, with one timer for all of them. Time is counted in ticks; the owner
 * advances the wheel once per tick. Owned by one event loop.
 */
final class TimerWheel {
    /** Returned by the visitor for a subscriber that is not to be visited again. */
    static final int NEVER = 0;

    private final List<List<Subscriber>> slots;
    private int tick;

    /** @param maxTicks the longest time between two visits */
    TimerWheel(int maxTicks) {
        slots = new ArrayList<>(maxTicks + 1);
        for (int i = 0; i <= maxTicks; i++) slots.add(new ArrayList<>());
    }

    /** The number of ticks so far. */
    int tick() {
        return tick;
    }

    /** Has a subscriber visited after some ticks, 1 to the maximum. */
    void add(Subscriber subscriber, int afterTicks) {
        int ticks = Math.max(1, Math.min(afterTicks, slots.size() - 1));
        slots.get((tick + ticks) % slots.size()).add(subscriber);
    }

    /**
     * Advances by one tick and visits every subscriber that is due.
     *
     * @param visitor returns after how many ticks to visit again, or {@link #NEVER}
     */
    void advance(ToIntFunction<Subscriber> visitor) {
        tick++;
        int index = tick % slots.size();
        List<Subscriber> due = slots.get(index);
        if (due.isEmpty()) return;
        slots.set(index, new ArrayList<>());
        for (Subscriber subscriber : due) {
            int again = visitor.applyAsInt(subscriber);
            if (again != NEVER) add(subscriber, again);
        }
    }
}

package io.letterbox.transactions.sim;

import java.util.ArrayList;
import java.util.List;

/** A list that a crash truncates at its committed end or anywhere beyond it. */
final class SimLog<T> {
    final List<T> entries = new ArrayList<>();

    private final SimWorld world;
    private final List<Waiting> waiting = new ArrayList<>();
    private int committed;
    private int incarnation;

    private record Waiting(int end, Runnable action) {}

    SimLog(SimWorld world) {
        this.world = world;
    }

    int committed() {
        return committed;
    }

    void append(T entry) {
        entries.add(entry);
        int end = entries.size();
        int now = incarnation;
        world.after(world.between(1, world.chance(0.1) ? 200 : 20), () -> {
            if (now == incarnation) commit(end);
        });
    }

    private void commit(int end) {
        committed = Math.max(committed, end);
        while (!waiting.isEmpty() && waiting.get(0).end <= committed)
            waiting.remove(0).action.run();
    }

    /** Runs an action when the current content is committed; never if a crash comes first. */
    void whenCommitted(Runnable action) {
        if (committed == entries.size()) action.run();
        else waiting.add(new Waiting(entries.size(), action));
    }

    void crash() {
        incarnation++;
        waiting.clear();
        int survives = (int) world.between(committed, entries.size());
        entries.subList(survives, entries.size()).clear();
        committed = entries.size();
    }
}

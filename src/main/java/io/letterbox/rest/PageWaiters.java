package io.letterbox.rest;

import io.letterbox.bus.Committed;
import io.letterbox.record.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The long polls of one event loop: who waits for which partition. Owned by that loop. */
final class PageWaiters {
    private final Map<TopicPartition, Set<PageRequest>> waiting = new HashMap<>();
    private boolean draining;

    /** Written by the owner alone, read by others. */
    private volatile int size;

    /** Listens for commits on the current event loop. */
    PageWaiters(Backend backend) {
        backend.reader().onCommitted(this::onCommitted);
        // A topic may have gone: who waits for it has to be told.
        backend.metadata().onChange(image -> wakeAll());
    }

    /** True once nobody may wait any more. */
    boolean isDraining() {
        return draining;
    }

    void add(PageRequest page) {
        if (waiting.computeIfAbsent(page.partition(), partition -> new LinkedHashSet<>())
                .add(page)) size++;
    }

    void remove(PageRequest page) {
        Set<PageRequest> others = waiting.get(page.partition());
        if (others == null || !others.remove(page)) return;
        size--;
        if (others.isEmpty()) waiting.remove(page.partition());
    }

    /** How many wait; from any thread. */
    int size() {
        return size;
    }

    /** Answers everybody with what there is, because the server stops. */
    void drain() {
        draining = true;
        wakeAll();
    }

    private void onCommitted(Committed committed) {
        if (waiting.isEmpty()) return;
        for (Committed.Moved moved : committed.moved()) {
            Set<PageRequest> woken = waiting.remove(moved.partition());
            if (woken == null) continue;
            size -= woken.size();
            woken.forEach(PageRequest::wake);
        }
    }

    private void wakeAll() {
        List<PageRequest> woken = new ArrayList<>();
        waiting.values().forEach(woken::addAll);
        waiting.clear();
        size = 0;
        woken.forEach(PageRequest::wake);
    }
}

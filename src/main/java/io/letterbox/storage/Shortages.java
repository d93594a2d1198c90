package io.letterbox.storage;

import io.letterbox.text.FileTrouble;
import io.letterbox.time.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work that fails for now because a resource of the machine is short, and is retried. The log says when a shortage
 * begins and when it is over, however often the work is retried; health and metrics show it in between. Any thread.
 */
public final class Shortages {
    private static final Logger LOG = LoggerFactory.getLogger(Shortages.class);

    /** Work on demand counts as recovered if it has not failed for this long. */
    static final long FORGET_MS = 30_000;

    /** A shortage that comes and goes is logged at most once in this time. */
    static final long LOG_AGAIN_MS = 60_000;

    private static final long NEVER = Long.MIN_VALUE / 2;
    private static final OngoingShortage NONE = new OngoingShortage(Collections.emptySortedMap(), false, NEVER);

    private final Clock clock;
    private final Map<FileOperation, OngoingShortage> troubles = new ConcurrentHashMap<>();

    private record Failure(String reason, long atMs) {}

    /**
     * The failures of one kind of work.
     *
     * @param failures by partition or shard
     * @param logged whether the log has said that the work fails, but not yet that it has recovered
     * @param loggedMs when that was logged last
     */
    private record OngoingShortage(SortedMap<String, Failure> failures, boolean logged, long loggedMs) {
        OngoingShortage with(Consumer<SortedMap<String, Failure>> change) {
            SortedMap<String, Failure> changed = new TreeMap<>(failures);
            change.accept(changed);
            return new OngoingShortage(Collections.unmodifiableSortedMap(changed), logged, loggedMs);
        }
    }

    public Shortages(Clock clock) {
        this.clock = clock;
    }

    /** Records a failure; the work will be retried. */
    void failed(FileOperation work, Object where, IOException cause) {
        long nowMs = clock.elapsedMs();
        Failure failure = new Failure(FileTrouble.reason(cause), nowMs);
        troubles.compute(work, (same, before) -> {
            OngoingShortage known = before == null ? NONE : before;
            OngoingShortage after = known.with(failures -> failures.put(where.toString(), failure));
            if (known.logged || nowMs - known.loggedMs < LOG_AGAIN_MS) return after;
            LOG.warn("{} fails, and is tried again: {}: {}", work.title(), where, FileTrouble.sentence(cause));
            return new OngoingShortage(after.failures, true, nowMs);
        });
    }

    /** Records a success; costs almost nothing if nothing has failed before. */
    void succeeded(FileOperation work, Object where) {
        if (troubles.isEmpty()) return;
        change(work, failures -> failures.remove(where.toString()));
    }

    /** Drops old failures of work on demand, which may never be retried; to be called about every second. */
    void forget() {
        if (troubles.isEmpty()) return;
        long beforeMs = clock.elapsedMs() - FORGET_MS;
        for (FileOperation work : FileOperation.values()) {
            change(work, failures -> {
                if (work.onDemand()) failures.values().removeIf(failure -> failure.atMs() < beforeMs);
            });
        }
    }

    private void change(FileOperation work, Consumer<SortedMap<String, Failure>> change) {
        long nowMs = clock.elapsedMs();
        troubles.computeIfPresent(work, (same, before) -> {
            OngoingShortage after = before.with(change);
            if (!after.failures.isEmpty()) return after;
            if (after.logged) LOG.info("{} does not fail any more", work.title());
            // Kept for some time, so that a shortage that comes and goes is not logged each time.
            return nowMs - after.loggedMs < LOG_AGAIN_MS
                    ? new OngoingShortage(after.failures, false, after.loggedMs)
                    : null;
        });
    }

    /** How many partitions and shards have failing work now, counted for each kind of work. */
    public int failing() {
        return troubles.values().stream()
                .mapToInt(trouble -> trouble.failures.size())
                .sum();
    }

    /** One sentence for each kind of work that fails now. */
    public List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        for (FileOperation work : FileOperation.values()) {
            SortedMap<String, Failure> failures = troubles.getOrDefault(work, NONE).failures;
            if (failures.isEmpty()) continue;
            String first = failures.firstKey();
            int others = failures.size() - 1;
            sentences.add(work.title() + " fails, and is tried again: " + first
                    + (others == 0 ? "" : " and " + others + " more") + ": "
                    + failures.get(first).reason() + ".");
        }
        return sentences;
    }
}

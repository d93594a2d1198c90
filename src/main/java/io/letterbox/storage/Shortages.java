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
 * What cannot be done for now because the machine lacks something, and is tried again: said in the log when it begins and
 * when it is over, however often it is tried, and shown by health and metrics in between. Any thread.
 */
public final class Shortages {
    private static final Logger LOG = LoggerFactory.getLogger(Shortages.class);

    /** What is done on demand counts as over when it has not failed for so long. */
    static final long FORGET_MS = 30_000;

    /** What comes and goes is said again after so long at the earliest. */
    static final long SAY_AGAIN_MS = 60_000;

    private static final long NEVER = Long.MIN_VALUE / 2;
    private static final Trouble NONE = new Trouble(Collections.emptySortedMap(), false, NEVER);

    private final Clock clock;
    private final Map<Work, Trouble> troubles = new ConcurrentHashMap<>();

    private record Failure(String reason, long atMs) {}

    /**
     * What fails of one kind of work.
     *
     * @param failures by partition or shard
     * @param said whether the log says that it fails, and not yet that this is over
     * @param saidMs when the log was told last
     */
    private record Trouble(SortedMap<String, Failure> failures, boolean said, long saidMs) {
        Trouble with(Consumer<SortedMap<String, Failure>> change) {
            SortedMap<String, Failure> changed = new TreeMap<>(failures);
            change.accept(changed);
            return new Trouble(Collections.unmodifiableSortedMap(changed), said, saidMs);
        }
    }

    public Shortages(Clock clock) {
        this.clock = clock;
    }

    /** Something could not be done, and will be tried again. */
    void failed(Work work, Object where, IOException cause) {
        long nowMs = clock.elapsedMs();
        Failure failure = new Failure(FileTrouble.reason(cause), nowMs);
        troubles.compute(work, (same, before) -> {
            Trouble known = before == null ? NONE : before;
            Trouble after = known.with(failures -> failures.put(where.toString(), failure));
            if (known.said || nowMs - known.saidMs < SAY_AGAIN_MS) return after;
            LOG.warn("{} fails, and is tried again: {}: {}", work.title(), where, FileTrouble.sentence(cause));
            return new Trouble(after.failures, true, nowMs);
        });
    }

    /** Something was done; costs next to nothing where nothing had failed. */
    void passed(Work work, Object where) {
        if (troubles.isEmpty()) return;
        change(work, failures -> failures.remove(where.toString()));
    }

    /** Forgets what nobody has tried for some time; call it every second or so. */
    void forget() {
        if (troubles.isEmpty()) return;
        long beforeMs = clock.elapsedMs() - FORGET_MS;
        for (Work work : Work.values()) {
            change(work, failures -> {
                if (work.onDemand()) failures.values().removeIf(failure -> failure.atMs() < beforeMs);
            });
        }
    }

    private void change(Work work, Consumer<SortedMap<String, Failure>> change) {
        long nowMs = clock.elapsedMs();
        troubles.computeIfPresent(work, (same, before) -> {
            Trouble after = before.with(change);
            if (!after.failures.isEmpty()) return after;
            if (after.said) LOG.info("{} does not fail any more", work.title());
            // Kept for some time, so that what comes and goes is not said each time.
            return nowMs - after.saidMs < SAY_AGAIN_MS ? new Trouble(after.failures, false, after.saidMs) : null;
        });
    }

    /** How many logs and shards cannot do some of their work now. */
    public int failing() {
        return troubles.values().stream()
                .mapToInt(trouble -> trouble.failures.size())
                .sum();
    }

    /** What cannot be done now, a sentence for each kind of work. */
    public List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        for (Work work : Work.values()) {
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

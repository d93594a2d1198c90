package io.letterbox.storage;

import io.letterbox.memory.StatePart;
import io.letterbox.time.Clock;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs that the state that clients make the server keep has reached its limit: once when that begins, and at most every
 * hour while it goes on. Owned by the thread that calls it.
 */
public final class StateLimitLog {
    private static final Logger LOG = LoggerFactory.getLogger(StateLimitLog.class);
    private static final long INTERVAL_MS = TimeUnit.HOURS.toMillis(1);

    private final StatePart part;
    private final Clock clock;
    private long reported;
    private long nextMs = Long.MIN_VALUE;

    public StateLimitLog(StatePart part, Clock clock) {
        this.part = part;
        this.clock = clock;
    }

    /** Logs if anything was refused or dropped since the last call. */
    public void check() {
        long refused = part.refused();
        long dropped = part.dropped();
        long nowMs = clock.elapsedMs();
        if (refused + dropped == reported || nowMs < nextMs) return;
        reported = refused + dropped;
        nextMs = nowMs + INTERVAL_MS;
        LOG.warn(
                "What is remembered of {} takes {} of {} bytes that {} allows: {} requests were refused and {} of them"
                        + " forgotten for newer ones since the start",
                part.label(),
                part.usedBytes(),
                part.limitBytes(),
                part.setting(),
                refused,
                dropped);
    }
}

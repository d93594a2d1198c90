package io.letterbox;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Lets what Netty and Vert.x complain of pass once a minute for each kind of complaint: most of it is what clients do to
 * their connections, as often as they like. What Letterbox says itself, and errors, always pass.
 */
final class LibraryNoise extends Filter<ILoggingEvent> {
    private static final String OWN = "io.letterbox.";
    private static final long PAUSE_NANOS = 60_000_000_000L;

    /** The texts are constants of the libraries, so this many do not come; more of them are not held back. */
    private static final int MAX_KINDS = 1_000;

    private final Map<String, Long> saidAt = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    LibraryNoise(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether an event is only somebody else's complaint, of which a trace of calls would tell nothing. */
    static boolean isNoise(ILoggingEvent event) {
        return !event.getLoggerName().startsWith(OWN) && !event.getLevel().isGreaterOrEqual(Level.ERROR);
    }

    @Override
    public FilterReply decide(ILoggingEvent event) {
        if (!isNoise(event)) return FilterReply.NEUTRAL;
        long now = nanoTime.getAsLong();
        String kind = event.getLoggerName() + '\n' + event.getMessage();
        Long last = saidAt.get(kind);
        if (last != null && now - last < PAUSE_NANOS) return FilterReply.DENY;
        if (last != null || saidAt.size() < MAX_KINDS) saidAt.put(kind, now);
        return FilterReply.NEUTRAL;
    }
}

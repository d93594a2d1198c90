package io.letterbox;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Passes warnings of Netty and Vert.x once a minute for each message: most of them report what clients do to their
 * connections, as often as clients like. Messages of Letterbox itself, and errors, always pass.
 */
final class LibraryLogFilter extends Filter<ILoggingEvent> {
    private static final String OWN = "io.letterbox.";
    private static final long PAUSE_NANOS = 60_000_000_000L;

    /** The limit of known messages, which are constants of the libraries; further ones always pass. */
    private static final int MAX_KINDS = 1_000;

    private final Map<String, Long> saidAt = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    LibraryLogFilter(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether an event is a warning of a library, for which a stack trace is of no use. */
    static boolean isLibraryWarning(ILoggingEvent event) {
        return !event.getLoggerName().startsWith(OWN) && !event.getLevel().isGreaterOrEqual(Level.ERROR);
    }

    @Override
    public FilterReply decide(ILoggingEvent event) {
        if (!isLibraryWarning(event)) return FilterReply.NEUTRAL;
        long now = nanoTime.getAsLong();
        String kind = event.getLoggerName() + '\n' + event.getMessage();
        Long last = saidAt.get(kind);
        if (last != null && now - last < PAUSE_NANOS) return FilterReply.DENY;
        if (last != null || saidAt.size() < MAX_KINDS) saidAt.put(kind, now);
        return FilterReply.NEUTRAL;
    }
}

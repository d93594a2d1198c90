package io.letterbox;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Passes warnings of Netty and Vert.x once a minute for each message: most of them report what clients do to their
 * connections, as often as clients like. Errors of Ratis and Hazelcast pass once a minute for each logger, because they
 * come with every attempt to reach a node that is away. Messages of Letterbox itself, and other errors, always pass.
 */
final class LibraryLogFilter extends Filter<ILoggingEvent> {
    /** The libraries that repeat their errors. */
    static final List<String> TALKATIVE = List.of("org.apache.ratis", "com.hazelcast");

    private static final String OWN = "io.letterbox.";
    private static final long PAUSE_NANOS = 60_000_000_000L;

    /** The limit of known messages, which are constants of the libraries; further ones always pass. */
    private static final int MAX_KINDS = 1_000;

    private final Map<String, Long> saidAt = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    LibraryLogFilter(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether an event is a complaint of a library, for which a stack trace is of no use. */
    static boolean isLibraryComplaint(ILoggingEvent event) {
        if (event.getLoggerName().startsWith(OWN)) return false;
        return isTalkative(event) || !event.getLevel().isGreaterOrEqual(Level.ERROR);
    }

    private static boolean isTalkative(ILoggingEvent event) {
        return TALKATIVE.stream().anyMatch(event.getLoggerName()::startsWith);
    }

    /** Messages of talkative libraries contain what changes with each of them. */
    private static String kind(ILoggingEvent event) {
        String logger = event.getLoggerName();
        return isTalkative(event) ? logger : logger + '\n' + event.getMessage();
    }

    @Override
    public FilterReply decide(ILoggingEvent event) {
        if (!isLibraryComplaint(event)) return FilterReply.NEUTRAL;
        long now = nanoTime.getAsLong();
        String kind = kind(event);
        Long last = saidAt.get(kind);
        if (last != null && now - last < PAUSE_NANOS) return FilterReply.DENY;
        if (last != null || saidAt.size() < MAX_KINDS) saidAt.put(kind, now);
        return FilterReply.NEUTRAL;
    }
}

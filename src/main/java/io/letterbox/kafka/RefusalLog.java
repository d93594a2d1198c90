package io.letterbox.kafka;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Limits the log lines about connections that are not Kafka's protocol: one per minute and address, and a number per
 * minute for all addresses. A port scanner, or a health check that speaks HTTP, would fill the disk otherwise. Owned by
 * one event loop.
 */
final class RefusalLog {
    static final long PAUSE_NANOS = 60_000_000_000L;
    static final int MAX_LINES = 60;
    static final int MAX_ADDRESSES = 1_000;

    private final Map<String, Long> loggedAt = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MAX_ADDRESSES;
        }
    };

    private long minuteBegan;
    private int linesInMinute;

    /** Whether a connection from this address is to be logged now. */
    boolean shouldLog(String address, long nowNanos) {
        if (linesInMinute == 0 || nowNanos - minuteBegan >= PAUSE_NANOS) {
            minuteBegan = nowNanos;
            linesInMinute = 0;
        }
        Long last = loggedAt.get(address);
        if (last != null && nowNanos - last < PAUSE_NANOS || linesInMinute >= MAX_LINES) return false;
        loggedAt.remove(address);
        loggedAt.put(address, nowNanos);
        linesInMinute++;
        return true;
    }
}

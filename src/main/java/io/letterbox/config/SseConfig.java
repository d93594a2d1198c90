package io.letterbox.config;

/**
 * Streams of Server-Sent Events (WHATWG HTML, section 9.2).
 *
 * @param heartbeatSeconds the silence after which a comment is sent, 1 to 3600
 * @param retryMinMs the shortest time after which a client is told to come back, 0 to {@code retryMaxMs}
 * @param retryMaxMs the longest such time, to 600,000; each stream is told a random time between the two
 * @param maxAgeSeconds the age at which a stream ends, and its client reconnects; 0 (never) to 604,800
 * @param writeQueueBytes the most that is queued in memory for one slow subscriber before it has to catch up from the
 *     log, 1 KiB to 16 MiB
 * @param chunkBytes the most that is written to one subscriber at a time, 1 KiB to 16 MiB
 * @param stallSeconds the time after which a subscriber that reads nothing is disconnected, 1 to 86,400
 * @param acknowledgeSeconds the time after which a group member that acknowledges by itself is disconnected if it has
 *     not done so although there was something to acknowledge, 1 to 86,400
 */
public record SseConfig(
        int heartbeatSeconds,
        int retryMinMs,
        int retryMaxMs,
        int maxAgeSeconds,
        int writeQueueBytes,
        int chunkBytes,
        int stallSeconds,
        int acknowledgeSeconds) {
    private static final int MIB = 1 << 20;

    public SseConfig {
        Check.range("sse.heartbeatSeconds", heartbeatSeconds, 1, 3600);
        Check.range("sse.retryMaxMs", retryMaxMs, 0, 600_000);
        Check.range("sse.retryMinMs", retryMinMs, 0, retryMaxMs);
        Check.range("sse.maxAgeSeconds", maxAgeSeconds, 0, 604_800);
        Check.range("sse.writeQueueBytes", writeQueueBytes, 1024, 16 * MIB);
        Check.range("sse.chunkBytes", chunkBytes, 1024, 16 * MIB);
        Check.range("sse.stallSeconds", stallSeconds, 1, 86_400);
        Check.range("sse.acknowledgeSeconds", acknowledgeSeconds, 1, 86_400);
    }

    static SseConfig standard() {
        return new SseConfig(15, 2000, 5000, 3600, 32_768, 65_536, 600, 300);
    }
}

package io.letterbox.log;

import io.letterbox.time.Moment;
import java.io.IOException;

/** Decides which segments may be deleted; the log deletes them. */
final class Retention {
    private Retention() {}

    /**
     * How many segments, counted from the oldest, may be deleted. The active one is never among them.
     *
     * @param logStartOffset segments wholly below it may be deleted whatever the settings are
     * @param highWatermark segments with records at or above it stay
     */
    static int deletable(SegmentList segments, LogConfig config, Moment now, long logStartOffset, long highWatermark)
            throws IOException {
        long leftBytes = segments.sizeBytes();
        int count = 0;
        while (count < segments.size() - 1) {
            Segment oldest = segments.get(count);
            if (oldest.nextOffset() > highWatermark) break;
            boolean below = oldest.nextOffset() <= logStartOffset;
            leftBytes -= oldest.sizeBytes();
            boolean tooMuch = config.delete() && config.retentionBytes() >= 0 && leftBytes >= config.retentionBytes();
            if (!below && !tooMuch && !isExpired(oldest, config, now)) break;
            count++;
        }
        return count;
    }

    /** How many segments, counted from the oldest, lie wholly below an offset. The active one is never among them. */
    static int below(SegmentList segments, long offset) {
        int count = 0;
        while (count < segments.size() - 1 && segments.get(count).nextOffset() <= offset) count++;
        return count;
    }

    /**
     * True if every record of a segment is older than {@code retention.ms}. False for a segment without timestamps, and
     * for all while the wall clock may be wrong.
     */
    static boolean isExpired(Segment segment, LogConfig config, Moment now) throws IOException {
        if (!config.delete() || config.retentionMs() < 0 || !now.wallConfirmed()) return false;
        long newestMs = segment.maxTimestampMs();
        return newestMs >= 0 && now.wallMs() - newestMs > config.retentionMs();
    }
}

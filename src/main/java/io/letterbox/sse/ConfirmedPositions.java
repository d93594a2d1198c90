package io.letterbox.sse;

import io.letterbox.record.TopicPartition;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Up to where the client of a group's stream has what was written to it, as far as a server can know without its help.
 *
 * <p>That the client's kernel has acknowledged the bytes is not enough, because the peer may be a proxy whose client has
 * gone: a proxy learns that from the reset with which its first write is answered, when it makes the next write. So a
 * position is confirmed by two later writes a second apart, where the second one was acknowledged and the connection
 * has outlived it by another second:
 *
 * <pre>
 *   records ─► checkpoint, later write ─► a second ─► later write ─► acknowledged, and a second ─► confirmed
 * </pre>
 *
 * <p>A later write is a comment, or whatever else goes out meanwhile; a comment that waits behind a closed window is not
 * acknowledged, and so confirms nothing. Pure: positions, counts of bytes and the monotonic clock come in. Owned by one
 * event loop.
 */
final class ConfirmedPositions {
    /** What the clock may say of two ticks of a second: a little less, because timers are not exact. */
    static final long APART_NANOS = 900_000_000;

    private static final long NONE = Long.MAX_VALUE;

    /** Everything below these positions was written before {@code sinceNanos}. */
    private static final class Checkpoint {
        final Map<TopicPartition, Long> positions;
        final long sinceNanos;

        /** How many bytes were written with the second of the later writes, and when that was. */
        long provingBytes = NONE;

        long provingNanos;

        Checkpoint(Map<TopicPartition, Long> positions, long sinceNanos) {
            this.positions = positions;
            this.sinceNanos = sinceNanos;
        }
    }

    private final ArrayDeque<Checkpoint> checkpoints = new ArrayDeque<>();

    /** The positions of the last checkpoint; what is not beyond them needs no other one. */
    private final Map<TopicPartition, Long> noted = new HashMap<>();

    private final Map<TopicPartition, Long> confirmed = new HashMap<>();

    /** Partitions are read from these positions on; what lies below is nothing to wait for. */
    void begin(Map<TopicPartition, Long> positions) {
        noted.putAll(positions);
        confirmed.putAll(positions);
    }

    /** Partitions are not read any more. */
    void forget(Collection<TopicPartition> partitions) {
        noted.keySet().removeAll(partitions);
        confirmed.keySet().removeAll(partitions);
        for (Checkpoint each : checkpoints) each.positions.keySet().removeAll(partitions);
    }

    void clear() {
        noted.clear();
        confirmed.clear();
        checkpoints.clear();
    }

    /** True while something waits to be confirmed. */
    boolean isWaiting() {
        return !checkpoints.isEmpty();
    }

    /** Where the client surely is, of every partition that is read; to be read only. */
    Map<TopicPartition, Long> positions() {
        return confirmed;
    }

    /** True where the client surely has everything below these positions. */
    boolean covers(Map<TopicPartition, Long> positions) {
        return positions.entrySet().stream()
                .allMatch(each -> confirmed.getOrDefault(each.getKey(), -1L) >= each.getValue());
    }

    /** Takes note of what the client's kernel has acknowledged. */
    void acknowledged(long bytes, long nowNanos) {
        for (Checkpoint first = checkpoints.peek(); first != null; first = checkpoints.peek()) {
            if (bytes < first.provingBytes || nowNanos - first.provingNanos < APART_NANOS) return;
            first.positions.forEach(
                    (partition, next) -> confirmed.computeIfPresent(partition, (p, before) -> Math.max(before, next)));
            checkpoints.remove();
        }
    }

    /**
     * Takes note of where the writes to the client have got to; true where a later write is wanted now.
     *
     * @param written the position behind the last record that was written, of every partition
     */
    boolean written(Map<TopicPartition, Long> written, long nowNanos) {
        Map<TopicPartition, Long> beyond = new HashMap<>(written);
        beyond.entrySet().removeIf(each -> each.getValue() <= noted.getOrDefault(each.getKey(), Long.MAX_VALUE));
        if (!beyond.isEmpty() && checkpoints.size() < DeliveryLimits.GROUP_CHECKPOINTS) {
            noted.putAll(beyond);
            checkpoints.add(new Checkpoint(beyond, nowNanos));
            return true;
        }
        return checkpoints.stream().anyMatch(each -> isDue(each, nowNanos));
    }

    /** A later write has been made, with which so many bytes are written in all. */
    void writtenLater(long bytes, long nowNanos) {
        for (Checkpoint each : checkpoints) {
            if (!isDue(each, nowNanos)) continue;
            each.provingBytes = bytes;
            each.provingNanos = nowNanos;
        }
    }

    private static boolean isDue(Checkpoint each, long nowNanos) {
        return each.provingBytes == NONE && nowNanos - each.sinceNanos >= APART_NANOS;
    }
}

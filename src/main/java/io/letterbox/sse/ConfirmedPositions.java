package io.letterbox.sse;

import io.letterbox.record.TopicPartition;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * The positions up to which the client of a group's stream has received what was written to it, as far as a server can
 * know without the client's help.
 *
 * <p>An acknowledgement by the peer's kernel is not enough, because the peer may be a proxy whose client has gone: the
 * proxy learns that when its first write to the client is answered with a reset, and reports it at its next write. So a
 * position is confirmed by two later writes a second apart, of which the second one has been acknowledged and has been
 * outlived by the connection for another second:
 *
 * <pre>
 *   records ─► checkpoint, later write ─► a second ─► later write ─► acknowledged, and a second ─► confirmed
 * </pre>
 *
 * <p>A later write is a comment, or whatever else is written meanwhile; a comment that waits behind a closed window is
 * not acknowledged, and so confirms nothing. Pure: positions, counts of bytes and the monotonic time come in. Owned by
 * one event loop.
 */
final class ConfirmedPositions {
    /**
     * The least time between two ticks of a second by the clock: a little less than a second, because timers are not
     * exact.
     */
    static final long APART_NANOS = 900_000_000;

    private static final long NONE = Long.MAX_VALUE;

    /** Positions below which everything was written before {@code sinceNanos}. */
    private static final class Checkpoint {
        final Map<TopicPartition, Long> positions;
        final long sinceNanos;

        /** The bytes written up to and including the second later write, and the time of that write. */
        long provingBytes = NONE;

        long provingNanos;

        Checkpoint(Map<TopicPartition, Long> positions, long sinceNanos) {
            this.positions = positions;
            this.sinceNanos = sinceNanos;
        }
    }

    private final ArrayDeque<Checkpoint> checkpoints = new ArrayDeque<>();

    /** The positions of the last checkpoint; a new checkpoint is needed only for positions beyond them. */
    private final Map<TopicPartition, Long> noted = new HashMap<>();

    private final Map<TopicPartition, Long> confirmed = new HashMap<>();

    /** Adds partitions that are read from these positions on; what lies below needs no confirmation. */
    void begin(Map<TopicPartition, Long> positions) {
        noted.putAll(positions);
        confirmed.putAll(positions);
    }

    /** Drops partitions that the stream no longer reads. */
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

    /** True while a checkpoint is not confirmed. */
    boolean isWaiting() {
        return !checkpoints.isEmpty();
    }

    /** The confirmed position of every partition that is read; not to be modified. */
    Map<TopicPartition, Long> positions() {
        return confirmed;
    }

    /** True if everything below these positions is confirmed. */
    boolean covers(Map<TopicPartition, Long> positions) {
        return positions.entrySet().stream()
                .allMatch(each -> confirmed.getOrDefault(each.getKey(), -1L) >= each.getValue());
    }

    /** Notes how many bytes the peer's kernel has acknowledged. */
    void onAcknowledged(long bytes, long nowNanos) {
        for (Checkpoint first = checkpoints.peek(); first != null; first = checkpoints.peek()) {
            if (bytes < first.provingBytes || nowNanos - first.provingNanos < APART_NANOS) return;
            first.positions.forEach(
                    (partition, next) -> confirmed.computeIfPresent(partition, (p, before) -> Math.max(before, next)));
            checkpoints.remove();
        }
    }

    /**
     * Notes the positions up to which records have been written; true if a later write is needed now.
     *
     * @param written the position behind the last record that was written, of every partition
     */
    boolean onWritten(Map<TopicPartition, Long> written, long nowNanos) {
        Map<TopicPartition, Long> beyond = new HashMap<>(written);
        beyond.entrySet().removeIf(each -> each.getValue() <= noted.getOrDefault(each.getKey(), Long.MAX_VALUE));
        if (!beyond.isEmpty() && checkpoints.size() < DeliveryLimits.GROUP_CHECKPOINTS) {
            noted.putAll(beyond);
            checkpoints.add(new Checkpoint(beyond, nowNanos));
            return true;
        }
        return checkpoints.stream().anyMatch(each -> isDue(each, nowNanos));
    }

    /** Notes that a later write has been made, and the number of bytes written with it. */
    void onLaterWrite(long bytes, long nowNanos) {
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

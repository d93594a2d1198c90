package io.letterbox.sse;

import io.letterbox.bus.Isolation;
import io.letterbox.bus.LogReader;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The positions at which a group member begins to read partitions that it has been assigned, and the gaps before them.
 *
 * @param next the first offset of each partition
 * @param gaps in the order of the partitions
 */
record GroupStart(Map<TopicPartition, Long> next, List<Gap> gaps) {
    /**
     * Determines the positions: the committed offset; else the beginning, for partitions that are newer than the
     * stream; else what the request says.
     *
     * @param known how many partitions each topic had when the stream began
     * @return fails with an {@link ApiException} if a partition cannot be read now
     */
    static Future<GroupStart> of(
            Iterable<TopicPartition> partitions,
            Map<TopicPartition, Long> committed,
            From from,
            Map<String, Integer> known,
            LogReader reader) {
        GroupStart start = new GroupStart(new TreeMap<>(), new ArrayList<>(0));
        List<Future<Long>> times = new ArrayList<>(0);
        try {
            for (TopicPartition partition : partitions) {
                PartitionStatus status = status(partition, reader);
                boolean newer = partition.partition() >= known.getOrDefault(partition.topic(), 0);
                if (committed.containsKey(partition)) start.resume(partition, committed.get(partition), status, reader);
                else if (newer || from instanceof From.Earliest) start.next.put(partition, status.logStartOffset());
                else if (from instanceof From.Time time) times.add(start.atTime(partition, time, reader));
                else start.next.put(partition, status.lastStableOffset());
            }
        } catch (ApiException refused) {
            return Future.failedFuture(refused);
        }
        return Future.all(times).map(found -> start);
    }

    private void resume(TopicPartition partition, long offset, PartitionStatus status, LogReader reader) {
        long start = status.logStartOffset();
        long end = reader.mayBeBehind(partition) ? Long.MAX_VALUE : status.highWatermark();
        next.put(partition, Math.max(start, Math.min(offset, end)));
        if (offset < start) gaps.add(Gap.retention(partition, offset, start));
        else if (offset > end) gaps.add(Gap.truncated(partition, offset, end));
    }

    private Future<Long> atTime(TopicPartition partition, From.Time time, LogReader reader) {
        return reader.offsetForTime(partition, time.timestampMs(), Isolation.COMMITTED)
                .onSuccess(offset -> next.put(partition, offset));
    }

    private static PartitionStatus status(TopicPartition partition, LogReader reader) {
        PartitionStatus status = reader.status(partition);
        if (status != null && status.quarantine() == null) return status;
        throw new ApiException(ErrorCode.NOT_LEADER, "This node does not serve " + partition + " now.");
    }
}

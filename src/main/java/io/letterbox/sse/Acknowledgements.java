package io.letterbox.sse;

import io.letterbox.record.TopicPartition;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * What a client that acknowledges by itself was given, and how far it has acknowledged that. Pure: ticks come in. Owned by
 * one event loop.
 */
final class Acknowledgements {
    /** The offset behind the last record that was written; records that nobody gets to see are not waited for. */
    private final Map<TopicPartition, Long> given = new HashMap<>();

    private final Map<TopicPartition, Long> acknowledged = new HashMap<>();

    /** When it last got on, or had nothing to acknowledge. */
    private int progressTick;

    Acknowledgements(int nowTick) {
        this.progressTick = nowTick;
    }

    /** A chunk has been written. */
    void given(PartitionLayout layout, SseChunk chunk) {
        long[] behindLast = chunk.behindLast();
        if (behindLast == null) return;
        for (int i = 0; i < layout.size(); i++) {
            if (behindLast[i] > 0) given.put(layout.partition(i), behindLast[i]);
        }
    }

    /** The group has got so far. */
    void acknowledged(Map<TopicPartition, Long> offsets, int nowTick) {
        for (Map.Entry<TopicPartition, Long> each : offsets.entrySet()) {
            Long before = acknowledged.put(each.getKey(), each.getValue());
            if (!each.getValue().equals(before)) progressTick = nowTick;
        }
    }

    /** True where all that was written of some partitions is acknowledged. */
    boolean isComplete(Collection<TopicPartition> partitions) {
        return partitions.stream()
                .allMatch(each -> acknowledged.getOrDefault(each, 0L) >= given.getOrDefault(each, 0L));
    }

    /** For how many ticks it has not got on, although it had something to acknowledge of these partitions. */
    int silentTicks(Collection<TopicPartition> partitions, int nowTick) {
        if (isComplete(partitions)) progressTick = nowTick;
        return nowTick - progressTick;
    }

    /** Partitions are not read any more. */
    void forget(Collection<TopicPartition> partitions) {
        given.keySet().removeAll(partitions);
        acknowledged.keySet().removeAll(partitions);
    }

    void clear() {
        given.clear();
        acknowledged.clear();
    }
}

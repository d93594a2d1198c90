package io.letterbox.sse;

import io.letterbox.record.TopicPartition;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * The records that were written to a client that acknowledges by itself, and how far it has acknowledged them. Pure:
 * ticks come in. Owned by one event loop.
 */
final class Acknowledgements {
    /**
     * The offset behind the last record that was written; records that the subscriber does not see need no
     * acknowledgement.
     */
    private final Map<TopicPartition, Long> written = new HashMap<>();

    private final Map<TopicPartition, Long> acknowledged = new HashMap<>();

    /** The tick at which an acknowledgement last arrived, or at which there was nothing to acknowledge. */
    private int progressTick;

    Acknowledgements(int nowTick) {
        this.progressTick = nowTick;
    }

    /** Notes a chunk that has been written. */
    void written(PartitionLayout layout, SseChunk chunk) {
        long[] behindLast = chunk.behindLast();
        if (behindLast == null) return;
        for (int i = 0; i < layout.size(); i++) {
            if (behindLast[i] > 0) written.put(layout.partition(i), behindLast[i]);
        }
    }

    /** Notes the group's committed offsets. */
    void acknowledged(Map<TopicPartition, Long> offsets, int nowTick) {
        for (Map.Entry<TopicPartition, Long> each : offsets.entrySet()) {
            Long before = acknowledged.put(each.getKey(), each.getValue());
            if (!each.getValue().equals(before)) progressTick = nowTick;
        }
    }

    /** True if all that was written of these partitions is acknowledged. */
    boolean isComplete(Collection<TopicPartition> partitions) {
        return partitions.stream()
                .allMatch(each -> acknowledged.getOrDefault(each, 0L) >= written.getOrDefault(each, 0L));
    }

    /** For how many ticks there has been something to acknowledge of these partitions without an acknowledgement. */
    int silentTicks(Collection<TopicPartition> partitions, int nowTick) {
        if (isComplete(partitions)) progressTick = nowTick;
        return nowTick - progressTick;
    }

    /** Forgets partitions that the stream no longer reads. */
    void forget(Collection<TopicPartition> partitions) {
        written.keySet().removeAll(partitions);
        acknowledged.keySet().removeAll(partitions);
    }

    void clear() {
        written.clear();
        acknowledged.clear();
    }
}

package io.letterbox.storage;

import io.letterbox.bus.PartitionStatus;
import io.letterbox.record.TopicPartition;
import io.letterbox.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The partitions that this node serves. Each shard puts and removes its own; any thread looks them up. */
public final class HostedPartitions {
    private final ConcurrentHashMap<TopicPartition, HostedPartition> byId = new ConcurrentHashMap<>();
    private final RefusedSequences refused = new RefusedSequences(Clock.system());

    HostedPartition get(TopicPartition id) {
        return byId.get(id);
    }

    /** What was refused of batches for partitions that this node serves or may serve soon. */
    RefusedSequences refused() {
        return refused;
    }

    void put(HostedPartition partition) {
        byId.put(partition.id(), partition);
    }

    void remove(HostedPartition partition) {
        byId.remove(partition.id(), partition);
    }

    Collection<HostedPartition> all() {
        return byId.values();
    }

    /** The current status of every hosted partition, for the meters. */
    public Map<TopicPartition, PartitionStatus> statuses() {
        Map<TopicPartition, PartitionStatus> statuses = new HashMap<>();
        byId.forEach((id, partition) -> statuses.put(id, partition.status()));
        return statuses;
    }

    /**
     * The partitions that do not serve, in order of name. Cheap if all serve, because the health check asks on event
     * loops.
     */
    public Map<TopicPartition, PartitionStatus> refusing() {
        Map<TopicPartition, PartitionStatus> refusing = new TreeMap<>();
        byId.forEach((id, partition) -> {
            if (partition.quarantine() != null) refusing.put(id, partition.status());
        });
        return refusing;
    }
}

package io.letterbox.groups.offsets;

import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.groups.GroupRecords;
import io.letterbox.record.TopicPartition;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;

/**
 * The offsets of all groups of one coordinator: what is committed, and what transactions that are not decided would
 * commit. Changed by records only. Owned by its coordinator.
 */
public final class OffsetBook {
    private final Map<String, TreeMap<TopicPartition, CommittedOffset>> committed = new HashMap<>();
    /** By producer id, then by group. */
    private final Map<Long, Map<String, TreeMap<TopicPartition, CommittedOffset>>> pending = new HashMap<>();

    private final Map<String, Set<Long>> undecidedByGroup = new HashMap<>();
    private long records;

    // ---- records

    /** A record counts. @param groups told which group it is about, where that has an offset now */
    public void apply(CoordinatorRecord record, Consumer<String> groups) {
        records++;
        OffsetCommitKey key = GroupRecords.key(record, new OffsetCommitKey());
        OffsetCommitValue value = GroupRecords.value(record, new OffsetCommitValue());
        TopicPartition partition = new TopicPartition(key.topic(), key.partition());
        if (value == null) {
            erase(key.group(), partition);
        } else {
            groups.accept(key.group());
            committed
                    .computeIfAbsent(key.group(), id -> new TreeMap<>())
                    .put(partition, CommittedOffset.of(value, records));
        }
    }

    /** A record will count if its transaction is committed. @param groups as in {@link #apply} */
    public void applyTransactional(long producerId, CoordinatorRecord record, Consumer<String> groups) {
        OffsetCommitValue value = GroupRecords.value(record, new OffsetCommitValue());
        if (value == null) {
            // Nobody takes offsets back in a transaction.
            apply(record, groups);
            return;
        }
        records++;
        OffsetCommitKey key = GroupRecords.key(record, new OffsetCommitKey());
        groups.accept(key.group());
        pending.computeIfAbsent(producerId, id -> new HashMap<>())
                .computeIfAbsent(key.group(), id -> new TreeMap<>())
                .put(new TopicPartition(key.topic(), key.partition()), CommittedOffset.of(value, records));
        undecidedByGroup.computeIfAbsent(key.group(), id -> new HashSet<>()).add(producerId);
    }

    /** A transaction is decided. */
    public void applyMarker(long producerId, boolean commit) {
        Map<String, TreeMap<TopicPartition, CommittedOffset>> decided = pending.remove(producerId);
        if (decided == null) return;
        decided.forEach((groupId, offsets) -> {
            Set<Long> undecided = undecidedByGroup.get(groupId);
            undecided.remove(producerId);
            if (undecided.isEmpty()) undecidedByGroup.remove(groupId);
            if (commit) offsets.forEach((partition, offset) -> settle(groupId, partition, offset));
        });
    }

    /**
     * The later record wins, not the later marker: compaction keeps the later record, so a replay would find nothing
     * else.
     */
    private void settle(String groupId, TopicPartition partition, CommittedOffset offset) {
        TreeMap<TopicPartition, CommittedOffset> offsets = committed.computeIfAbsent(groupId, id -> new TreeMap<>());
        CommittedOffset known = offsets.get(partition);
        if (known == null || known.number() < offset.number()) offsets.put(partition, offset);
    }

    private void erase(String groupId, TopicPartition partition) {
        TreeMap<TopicPartition, CommittedOffset> offsets = committed.get(groupId);
        if (offsets != null) {
            offsets.remove(partition);
            if (offsets.isEmpty()) committed.remove(groupId);
        }
        for (Long producerId : undecidedByGroup.getOrDefault(groupId, Set.of())) {
            pending.get(producerId).get(groupId).remove(partition);
        }
    }

    // ---- what is in it

    /** What a group has committed, by partition; never null. */
    public SortedMap<TopicPartition, CommittedOffset> of(String groupId) {
        TreeMap<TopicPartition, CommittedOffset> offsets = committed.get(groupId);
        return offsets == null ? Collections.emptySortedMap() : Collections.unmodifiableSortedMap(offsets);
    }

    /** Null where nothing is committed. */
    CommittedOffset get(String groupId, TopicPartition partition) {
        TreeMap<TopicPartition, CommittedOffset> offsets = committed.get(groupId);
        return offsets == null ? null : offsets.get(partition);
    }

    /** Whether a transaction that is not decided yet would commit an offset. */
    boolean isPending(String groupId, TopicPartition partition) {
        for (Long producerId : undecidedByGroup.getOrDefault(groupId, Set.of())) {
            if (pending.get(producerId).get(groupId).containsKey(partition)) return true;
        }
        return false;
    }

    /** Whether transactions that are not decided would commit offsets of a group. */
    boolean hasPending(String groupId) {
        return undecidedByGroup.containsKey(groupId);
    }

    /** The partitions of a group that something is known about, committed or pending. */
    Set<TopicPartition> partitions(String groupId) {
        Set<TopicPartition> partitions = new java.util.TreeSet<>(of(groupId).keySet());
        for (Long producerId : undecidedByGroup.getOrDefault(groupId, Set.of())) {
            partitions.addAll(pending.get(producerId).get(groupId).keySet());
        }
        return partitions;
    }

    /** The groups that something is known about; a copy. */
    Set<String> groups() {
        Set<String> groups = new HashSet<>(committed.keySet());
        groups.addAll(undecidedByGroup.keySet());
        return groups;
    }
}

package io.letterbox.groups.offsets;

import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.groups.CommittedOffset;
import io.letterbox.groups.GroupRecords;
import io.letterbox.memory.StateAccount;
import io.letterbox.memory.StateWeight;
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
 * The offsets of all groups of one coordinator: the committed ones, and the pending ones of undecided transactions.
 * Changed by records only. Owned by its coordinator.
 */
public final class CommittedOffsets {
    /** The memory that the first offset of a group needs in addition: its map and its entry among the groups. */
    private static final int FIRST_BYTES = 100;

    /** The memory of an offset and its map entry; names and ids are shared. */
    private static final int OFFSET_BYTES = 105;

    /** The memory that an offset in a transaction may need in addition: maps of its own. */
    private static final int PENDING_BYTES = 300;

    /** The limit of shared names and ids; there are as many as partitions, including those of deleted topics. */
    private static final int MAX_SHARED = 100_000;

    private final Map<String, TreeMap<TopicPartition, CommittedOffset>> committed = new HashMap<>();
    private final Map<Object, Object> shared = new HashMap<>();
    private final StateAccount account;
    /** By producer id, then by group. */
    private final Map<Long, Map<String, TreeMap<TopicPartition, CommittedOffset>>> pending = new HashMap<>();

    private final Map<String, Set<Long>> undecidedByGroup = new HashMap<>();
    private long records;

    /** @param account the account to which the offsets are charged */
    public CommittedOffsets(StateAccount account) {
        this.account = account;
    }

    // ---- what they take

    /** The additional memory of one more offset; if it replaces another one, only the difference of the metadata. */
    long growthBytes(String groupId, TopicPartition partition, String metadata) {
        CommittedOffset known = get(groupId, partition);
        if (known != null) return weightBytes(metadata) - weightBytes(known.metadata());
        return OFFSET_BYTES + weightBytes(metadata) + (committed.containsKey(groupId) ? 0 : FIRST_BYTES);
    }

    /**
     * The additional memory of one more offset of a transaction. If the partition has a committed offset, the first
     * pending one only counts its metadata.
     */
    long pendingBytes(String groupId, TopicPartition partition, String metadata) {
        boolean second = get(groupId, partition) == null || isPending(groupId, partition);
        return weightBytes(metadata) + (second ? OFFSET_BYTES + PENDING_BYTES : 0);
    }

    private static long weightBytes(String metadata) {
        return metadata.isEmpty() ? 0 : StateWeight.of(metadata);
    }

    @SuppressWarnings("unchecked")
    private <T> T share(T value) {
        if (shared.size() >= MAX_SHARED) shared.clear();
        return (T) shared.computeIfAbsent(value, same -> same);
    }

    private CommittedOffset compact(OffsetCommitValue value) {
        return CommittedOffset.of(
                value.setTopicId(share(value.topicId()))
                        .setMetadata(value.metadata().isEmpty() ? "" : value.metadata()),
                records);
    }

    private void put(String groupId, TopicPartition partition, CommittedOffset offset) {
        account.charge(growthBytes(groupId, partition, offset.metadata()));
        committed.computeIfAbsent(groupId, id -> new TreeMap<>()).put(partition, offset);
    }

    private static long pendingWeight(CommittedOffset offset) {
        return offset == null ? 0 : OFFSET_BYTES + PENDING_BYTES + weightBytes(offset.metadata());
    }

    // ---- records

    /**
     * Applies a record.
     *
     * @param groups called with the group's id if the record is an offset and not a tombstone
     */
    public void apply(CoordinatorRecord record, Consumer<String> groups) {
        records++;
        OffsetCommitKey key = GroupRecords.key(record, new OffsetCommitKey());
        OffsetCommitValue value = GroupRecords.value(record, new OffsetCommitValue());
        TopicPartition partition = share(new TopicPartition(key.topic(), key.partition()));
        if (value == null) {
            erase(key.group(), partition);
        } else {
            groups.accept(key.group());
            put(key.group(), partition, compact(value));
        }
    }

    /**
     * Applies a record of an undecided transaction.
     *
     * @param groups as in {@link #apply}
     */
    public void applyTransactional(long producerId, CoordinatorRecord record, Consumer<String> groups) {
        OffsetCommitValue value = GroupRecords.value(record, new OffsetCommitValue());
        if (value == null) {
            // Transactions do not delete offsets, so a tombstone counts at once.
            apply(record, groups);
            return;
        }
        records++;
        OffsetCommitKey key = GroupRecords.key(record, new OffsetCommitKey());
        groups.accept(key.group());
        CommittedOffset offset = compact(value);
        CommittedOffset former = pending.computeIfAbsent(producerId, id -> new HashMap<>())
                .computeIfAbsent(key.group(), id -> new TreeMap<>())
                .put(share(new TopicPartition(key.topic(), key.partition())), offset);
        account.charge(pendingWeight(offset) - pendingWeight(former));
        undecidedByGroup.computeIfAbsent(key.group(), id -> new HashSet<>()).add(producerId);
    }

    /** Commits or drops the pending offsets of a transaction. */
    public void applyMarker(long producerId, boolean commit) {
        Map<String, TreeMap<TopicPartition, CommittedOffset>> decided = pending.remove(producerId);
        if (decided == null) return;
        decided.forEach((groupId, offsets) -> {
            Set<Long> undecided = undecidedByGroup.get(groupId);
            undecided.remove(producerId);
            if (undecided.isEmpty()) undecidedByGroup.remove(groupId);
            offsets.values().forEach(offset -> account.charge(-pendingWeight(offset)));
            if (commit) offsets.forEach((partition, offset) -> commitPending(groupId, partition, offset));
        });
    }

    /**
     * Commits one pending offset, unless a later record has committed another. The later record wins, not the later
     * marker: compaction keeps the later record only, so a replay has the same result.
     */
    private void commitPending(String groupId, TopicPartition partition, CommittedOffset offset) {
        CommittedOffset known = get(groupId, partition);
        if (known == null || known.number() < offset.number()) put(groupId, partition, offset);
    }

    private void erase(String groupId, TopicPartition partition) {
        TreeMap<TopicPartition, CommittedOffset> offsets = committed.get(groupId);
        if (offsets != null) {
            CommittedOffset gone = offsets.remove(partition);
            if (gone != null) account.charge(-OFFSET_BYTES - weightBytes(gone.metadata()));
            if (offsets.isEmpty()) {
                committed.remove(groupId);
                account.charge(-FIRST_BYTES);
            }
        }
        for (Long producerId : undecidedByGroup.getOrDefault(groupId, Set.of())) {
            CommittedOffset gone = pending.get(producerId).get(groupId).remove(partition);
            account.charge(-pendingWeight(gone));
        }
    }

    // ---- what is in it

    /** The committed offsets of a group, by partition; never null. */
    public SortedMap<TopicPartition, CommittedOffset> of(String groupId) {
        TreeMap<TopicPartition, CommittedOffset> offsets = committed.get(groupId);
        return offsets == null ? Collections.emptySortedMap() : Collections.unmodifiableSortedMap(offsets);
    }

    /** The committed offset, or null. */
    CommittedOffset get(String groupId, TopicPartition partition) {
        TreeMap<TopicPartition, CommittedOffset> offsets = committed.get(groupId);
        return offsets == null ? null : offsets.get(partition);
    }

    /** Whether an undecided transaction has a pending offset for a partition. */
    boolean isPending(String groupId, TopicPartition partition) {
        for (Long producerId : undecidedByGroup.getOrDefault(groupId, Set.of())) {
            if (pending.get(producerId).get(groupId).containsKey(partition)) return true;
        }
        return false;
    }

    /** Whether undecided transactions have pending offsets of a group. */
    boolean hasPending(String groupId) {
        return undecidedByGroup.containsKey(groupId);
    }

    /** The partitions of a group with committed or pending offsets. */
    Set<TopicPartition> partitions(String groupId) {
        Set<TopicPartition> partitions = new java.util.TreeSet<>(of(groupId).keySet());
        for (Long producerId : undecidedByGroup.getOrDefault(groupId, Set.of())) {
            partitions.addAll(pending.get(producerId).get(groupId).keySet());
        }
        return partitions;
    }

    /** The groups with committed or pending offsets; a copy. */
    Set<String> groups() {
        Set<String> groups = new HashSet<>(committed.keySet());
        groups.addAll(undecidedByGroup.keySet());
        return groups;
    }
}

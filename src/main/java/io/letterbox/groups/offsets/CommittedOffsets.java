package io.letterbox.groups.offsets;

import io.letterbox.coordinator.CoordinatorRecord;
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
 * The offsets of all groups of one coordinator: what is committed, and what transactions that are not decided would
 * commit. Changed by records only. Owned by its coordinator.
 */
public final class CommittedOffsets {
    /** The first offset of a group: its map, and its place among the groups. */
    private static final int FIRST_BYTES = 100;

    /** An offset and its place in a map; names and ids are shared. */
    private static final int OFFSET_BYTES = 105;

    /** What an offset in a transaction may bring besides: maps of its own. */
    private static final int PENDING_BYTES = 300;

    /** Names and ids that are kept once; there are as many as partitions, and those of deleted topics. */
    private static final int MAX_SHARED = 100_000;

    private final Map<String, TreeMap<TopicPartition, CommittedOffset>> committed = new HashMap<>();
    private final Map<Object, Object> shared = new HashMap<>();
    private final StateAccount account;
    /** By producer id, then by group. */
    private final Map<Long, Map<String, TreeMap<TopicPartition, CommittedOffset>>> pending = new HashMap<>();

    private final Map<String, Set<Long>> undecidedByGroup = new HashMap<>();
    private long records;

    /** @param account what the offsets are taken from */
    public CommittedOffsets(StateAccount account) {
        this.account = account;
    }

    // ---- what they take

    /** What one more offset would take: 0 and less where it takes the place of one, but for what the member says. */
    long growthBytes(String groupId, TopicPartition partition, String metadata) {
        CommittedOffset known = get(groupId, partition);
        if (known != null) return weightBytes(metadata) - weightBytes(known.metadata());
        return OFFSET_BYTES + weightBytes(metadata) + (committed.containsKey(groupId) ? 0 : FIRST_BYTES);
    }

    /** What one more offset of a transaction would take. One at a time is not counted where there is one committed. */
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
        account.take(growthBytes(groupId, partition, offset.metadata()));
        committed.computeIfAbsent(groupId, id -> new TreeMap<>()).put(partition, offset);
    }

    private static long pendingWeight(CommittedOffset offset) {
        return offset == null ? 0 : OFFSET_BYTES + PENDING_BYTES + weightBytes(offset.metadata());
    }

    // ---- records

    /** A record counts. @param groups told which group it is about, where that has an offset now */
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
        CommittedOffset offset = compact(value);
        CommittedOffset former = pending.computeIfAbsent(producerId, id -> new HashMap<>())
                .computeIfAbsent(key.group(), id -> new TreeMap<>())
                .put(share(new TopicPartition(key.topic(), key.partition())), offset);
        account.take(pendingWeight(offset) - pendingWeight(former));
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
            offsets.values().forEach(offset -> account.take(-pendingWeight(offset)));
            if (commit) offsets.forEach((partition, offset) -> settle(groupId, partition, offset));
        });
    }

    /**
     * The later record wins, not the later marker: compaction keeps the later record, so a replay would find nothing
     * else.
     */
    private void settle(String groupId, TopicPartition partition, CommittedOffset offset) {
        CommittedOffset known = get(groupId, partition);
        if (known == null || known.number() < offset.number()) put(groupId, partition, offset);
    }

    private void erase(String groupId, TopicPartition partition) {
        TreeMap<TopicPartition, CommittedOffset> offsets = committed.get(groupId);
        if (offsets != null) {
            CommittedOffset gone = offsets.remove(partition);
            if (gone != null) account.take(-OFFSET_BYTES - weightBytes(gone.metadata()));
            if (offsets.isEmpty()) {
                committed.remove(groupId);
                account.take(-FIRST_BYTES);
            }
        }
        for (Long producerId : undecidedByGroup.getOrDefault(groupId, Set.of())) {
            CommittedOffset gone = pending.get(producerId).get(groupId).remove(partition);
            account.take(-pendingWeight(gone));
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

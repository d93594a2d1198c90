package io.letterbox.groups.consumer;

import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;

/** Some partitions, by the topic's incarnation, in order. Immutable. */
public final class PartitionSet {
    /** No partitions. */
    public static final PartitionSet EMPTY = new PartitionSet(new TreeMap<>());

    private final SortedMap<Uuid, SortedSet<Integer>> byTopic;

    private PartitionSet(SortedMap<Uuid, SortedSet<Integer>> byTopic) {
        this.byTopic = byTopic;
    }

    /** The partitions, by topic and in order; to be read only. No topic has none. */
    public SortedMap<Uuid, SortedSet<Integer>> byTopic() {
        return Collections.unmodifiableSortedMap(byTopic);
    }

    public boolean isEmpty() {
        return byTopic.isEmpty();
    }

    /** How many partitions there are. */
    public int size() {
        int size = 0;
        for (SortedSet<Integer> partitions : byTopic.values()) size += partitions.size();
        return size;
    }

    /** True where this partition is one of them. */
    public boolean contains(Uuid topic, int partition) {
        SortedSet<Integer> partitions = byTopic.get(topic);
        return partitions != null && partitions.contains(partition);
    }

    /** True where all of the other's partitions are among these. */
    public boolean containsAll(PartitionSet other) {
        return other.minus(this).isEmpty();
    }

    /** True where both have a partition in common. */
    public boolean intersects(PartitionSet other) {
        return !intersect(other).isEmpty();
    }

    /** These and those. */
    public PartitionSet plus(PartitionSet other) {
        if (other.isEmpty()) return this;
        if (isEmpty()) return other;
        return new Builder().addAll(this).addAll(other).build();
    }

    /** These without those. */
    public PartitionSet minus(PartitionSet other) {
        return isEmpty() || other.isEmpty() ? this : filter((topic, partition) -> !other.contains(topic, partition));
    }

    /** Those that are in both. */
    public PartitionSet intersect(PartitionSet other) {
        return isEmpty() ? this : filter(other::contains);
    }

    /** Those that pass. */
    public PartitionSet filter(Test test) {
        Builder passed = new Builder();
        forEach((topic, partition) -> {
            if (test.passes(topic, partition)) passed.add(topic, partition);
        });
        return passed.build();
    }

    /** Visits each, in order. */
    public void forEach(Visitor visitor) {
        byTopic.forEach((topic, partitions) -> {
            for (int partition : partitions) visitor.visit(topic, partition);
        });
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PartitionSet set && byTopic.equals(set.byTopic);
    }

    @Override
    public int hashCode() {
        return byTopic.hashCode();
    }

    @Override
    public String toString() {
        return byTopic.toString();
    }

    /** Says whether a partition passes. */
    @FunctionalInterface
    public interface Test {
        boolean passes(Uuid topic, int partition);
    }

    /** Is shown one partition after the other. */
    @FunctionalInterface
    public interface Visitor {
        void visit(Uuid topic, int partition);
    }

    /** Gathers partitions. Owned by one thread, used up by {@link #build}. */
    public static final class Builder {
        private final SortedMap<Uuid, SortedSet<Integer>> byTopic = new TreeMap<>();

        public Builder add(Uuid topic, int partition) {
            byTopic.computeIfAbsent(topic, t -> new TreeSet<>()).add(partition);
            return this;
        }

        public Builder addAll(Uuid topic, Iterable<Integer> partitions) {
            for (int partition : partitions) add(topic, partition);
            return this;
        }

        public Builder addAll(PartitionSet set) {
            set.forEach(this::add);
            return this;
        }

        public PartitionSet build() {
            return byTopic.isEmpty() ? EMPTY : new PartitionSet(byTopic);
        }
    }
}

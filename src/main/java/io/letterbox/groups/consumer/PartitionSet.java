package io.letterbox.groups.consumer;

import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;

/** A set of partitions, by topic id, in order. Immutable. */
public final class PartitionSet {
    /** No partitions. */
    public static final PartitionSet EMPTY = new PartitionSet(new TreeMap<>());

    private final SortedMap<Uuid, SortedSet<Integer>> byTopic;

    private PartitionSet(SortedMap<Uuid, SortedSet<Integer>> byTopic) {
        this.byTopic = byTopic;
    }

    /** The partitions, by topic and in order; unmodifiable. Every topic in it has at least one. */
    public SortedMap<Uuid, SortedSet<Integer>> byTopic() {
        return Collections.unmodifiableSortedMap(byTopic);
    }

    public boolean isEmpty() {
        return byTopic.isEmpty();
    }

    /** The number of partitions. */
    public int size() {
        int size = 0;
        for (SortedSet<Integer> partitions : byTopic.values()) size += partitions.size();
        return size;
    }

    /** True if the partition is in the set. */
    public boolean contains(Uuid topic, int partition) {
        SortedSet<Integer> partitions = byTopic.get(topic);
        return partitions != null && partitions.contains(partition);
    }

    /** True if all of the other's partitions are in this set. */
    public boolean containsAll(PartitionSet other) {
        return other.minus(this).isEmpty();
    }

    /** True if both sets have a partition in common. */
    public boolean intersects(PartitionSet other) {
        return !intersect(other).isEmpty();
    }

    /** The union of both sets. */
    public PartitionSet plus(PartitionSet other) {
        if (other.isEmpty()) return this;
        if (isEmpty()) return other;
        return new Builder().addAll(this).addAll(other).build();
    }

    /** This set without the partitions of the other. */
    public PartitionSet minus(PartitionSet other) {
        return isEmpty() || other.isEmpty() ? this : filter((topic, partition) -> !other.contains(topic, partition));
    }

    /** The intersection of both sets. */
    public PartitionSet intersect(PartitionSet other) {
        return isEmpty() ? this : filter(other::contains);
    }

    /** The partitions that pass a test. */
    public PartitionSet filter(Test test) {
        Builder passed = new Builder();
        forEach((topic, partition) -> {
            if (test.passes(topic, partition)) passed.add(topic, partition);
        });
        return passed.build();
    }

    /** Visits each partition, in order. */
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

    /** Decides whether a partition passes. */
    @FunctionalInterface
    public interface Test {
        boolean passes(Uuid topic, int partition);
    }

    /** Visits one partition after the other. */
    @FunctionalInterface
    public interface Visitor {
        void visit(Uuid topic, int partition);
    }

    /** Builds a set. Owned by one thread; not used any more after {@link #build}. */
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

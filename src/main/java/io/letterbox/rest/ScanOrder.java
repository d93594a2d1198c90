package io.letterbox.rest;

import java.util.Comparator;

/** From which end of a topic's partitions records are looked at. */
enum ScanOrder {
    NEWEST("newest"),
    OLDEST("oldest");

    private final String label;

    ScanOrder(String label) {
        this.label = label;
    }

    /** As it is written in a query. */
    String label() {
        return label;
    }

    /** True where a time comes before another in this order. */
    boolean isBefore(long timestampMs, long otherMs) {
        return this == NEWEST ? timestampMs > otherMs : timestampMs < otherMs;
    }

    /** By time; within a partition equal times keep the order of their offsets. */
    Comparator<ScanMatch> comparator() {
        Comparator<ScanMatch> oldestFirst = Comparator.comparingLong(ScanMatch::timestampMs)
                .thenComparing(Comparator.comparingInt(ScanMatch::partition).reversed())
                .thenComparingLong(ScanMatch::offset);
        return this == OLDEST ? oldestFirst : oldestFirst.reversed();
    }
}

package io.letterbox.rest;

import java.util.Comparator;

/** The end of the partitions at which a scan begins. */
enum ScanOrder {
    NEWEST("newest"),
    OLDEST("oldest");

    private final String label;

    ScanOrder(String label) {
        this.label = label;
    }

    /** The order as written in a query. */
    String label() {
        return label;
    }

    /** True if a time comes before another in this order. */
    boolean isBefore(long timestampMs, long otherMs) {
        return this == NEWEST ? timestampMs > otherMs : timestampMs < otherMs;
    }

    /** Orders by time; within a partition, equal times by offset. */
    Comparator<ScanMatch> comparator() {
        Comparator<ScanMatch> oldestFirst = Comparator.comparingLong(ScanMatch::timestampMs)
                .thenComparing(Comparator.comparingInt(ScanMatch::partition).reversed())
                .thenComparingLong(ScanMatch::offset);
        return this == OLDEST ? oldestFirst : oldestFirst.reversed();
    }
}

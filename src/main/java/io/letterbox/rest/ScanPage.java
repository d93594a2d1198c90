package io.letterbox.rest;

import io.letterbox.rest.ScanQuery.PageSize;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Merges the matches of a scan's partitions into one page by time. Within a partition the order is that of the offsets,
 * whatever the times are. Matches that do not fit into the page are left to a later one: their partition's scan goes
 * back to them. Pure; owned by the scan.
 */
final class ScanPage {
    private final ScanOrder order;
    private final PageSize size;
    private final Map<Integer, PartitionScan> scans = new TreeMap<>();
    private final Map<Integer, Deque<ScanMatch>> found = new TreeMap<>();
    private List<ScanMatch> merged = List.of();
    private boolean full;

    /** @param scans one of each partition; none is added or removed later */
    ScanPage(ScanOrder order, PageSize size, Collection<PartitionScan> scans) {
        this.order = order;
        this.size = size;
        for (PartitionScan scan : scans) this.scans.put(scan.partition(), scan);
    }

    /** Adds the matches of a partition's next window, by offset. */
    void add(int partition, List<ScanMatch> matches) {
        if (matches.isEmpty()) return;
        Deque<ScanMatch> others = found.computeIfAbsent(partition, first -> new ArrayDeque<>());
        if (order == ScanOrder.OLDEST) others.addAll(matches);
        else for (int i = matches.size() - 1; i >= 0; i--) others.add(matches.get(i));
        merged = merge();
        long bytes = 0;
        int fitting = 0;
        for (ScanMatch match : merged) {
            bytes += match.json().length + 1;
            if (fitting > 0 && (fitting == size.records() || bytes > size.bytes())) break;
            fitting++;
        }
        full = fitting == size.records() || fitting < merged.size();
        moveBackAll(fitting);
    }

    private List<ScanMatch> merge() {
        PriorityQueue<Deque<ScanMatch>> heads =
                new PriorityQueue<>((one, other) -> order.comparator().compare(one.element(), other.element()));
        for (Deque<ScanMatch> matches : found.values()) {
            if (!matches.isEmpty()) heads.add(new ArrayDeque<>(matches));
        }
        List<ScanMatch> all = new ArrayList<>();
        while (!heads.isEmpty()) {
            Deque<ScanMatch> first = heads.remove();
            all.add(first.remove());
            if (!first.isEmpty()) heads.add(first);
        }
        return all;
    }

    private void moveBackAll(int fitting) {
        for (int i = merged.size() - 1; i >= fitting; i--) {
            ScanMatch match = merged.get(i);
            scans.get(match.partition()).moveBackTo(match);
            found.get(match.partition()).removeLast();
        }
        merged = merged.subList(0, fitting);
    }

    /** The partition whose next window may contain what comes first; null if the page is complete. */
    PartitionScan next() {
        PartitionScan first = null;
        for (PartitionScan scan : scans.values()) {
            if (scan.remaining() > 0 && (first == null || isBefore(scan, first))) first = scan;
        }
        if (first == null || !full || first.frontierMs() == null) return first;
        long lastMs = merged.get(merged.size() - 1).timestampMs();
        return order.isBefore(first.frontierMs(), lastMs) ? first : null;
    }

    /** A partition that was not scanned yet comes first, because nothing is known of its times. */
    private boolean isBefore(PartitionScan scan, PartitionScan other) {
        if (other.frontierMs() == null) return false;
        return scan.frontierMs() == null || order.isBefore(scan.frontierMs(), other.frontierMs());
    }

    /** The records that fit, in order. */
    List<ScanMatch> records() {
        return merged;
    }

    /** The number of offsets left to scan. */
    long remaining() {
        return scans.values().stream().mapToLong(PartitionScan::remaining).sum();
    }

    Collection<PartitionScan> scans() {
        return scans.values();
    }
}

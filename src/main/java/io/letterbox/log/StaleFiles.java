package io.letterbox.log;

import io.letterbox.disk.Disk;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The files in a log's directory that a start deletes or renames, as a decision on the names alone.
 *
 * @param names all names in the directory
 * @param halves half-written files, which are deleted
 * @param swaps finished replacements, whose replaced segments may be deleted already
 */
public record StaleFiles(List<String> names, List<String> halves, List<Swap> swaps) {
    /**
     * A replacement of several segments by one.
     *
     * @param name the file that becomes the segment at the base offset
     * @param replaced the files of the segments up to the next offset, which are deleted first
     */
    public record Swap(String name, long baseOffset, List<String> replaced) {}

    public static StaleFiles of(List<String> names) {
        StaleFiles stale = new StaleFiles(names, new ArrayList<>(), new ArrayList<>());
        for (String name : names) {
            if (name.endsWith(Disk.TEMPORARY) || name.endsWith(SegmentFiles.CLEANED)) stale.halves.add(name);
            long nextOffset = SegmentFiles.swapNextOffset(name);
            if (nextOffset < 0) continue;
            long baseOffset = SegmentFiles.swapBaseOffset(name);
            List<String> replaced = names.stream()
                    .filter(other -> {
                        long base = SegmentFiles.anyBaseOffset(other);
                        return base >= baseOffset && base < nextOffset;
                    })
                    .toList();
            stale.swaps.add(new Swap(name, baseOffset, replaced));
        }
        return stale;
    }

    boolean isEmpty() {
        return halves.isEmpty() && swaps.isEmpty();
    }

    /** The files that are the log's segments after that, with their current names, by base offset. */
    public NavigableMap<Long, String> segments() {
        NavigableMap<Long, String> segments = new TreeMap<>();
        for (String name : names) {
            long baseOffset = SegmentFiles.baseOffset(name, SegmentFiles.LOG);
            if (baseOffset >= 0) segments.put(baseOffset, name);
        }
        for (Swap swap : swaps) {
            segments.values().removeAll(swap.replaced);
            segments.put(swap.baseOffset, swap.name);
        }
        return segments;
    }
}

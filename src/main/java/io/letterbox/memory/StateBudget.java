package io.letterbox.memory;

import java.util.List;

/**
 * The limits for the memory that clients' state may take, one for each kind. Any thread.
 *
 * @param producers producers that partitions remember, including those for an {@code Idempotency-Key}
 * @param groups consumer groups: names, members with their metadata and assignments, committed offsets
 * @param transactions transactional ids, with the partitions of open transactions
 */
public record StateBudget(StatePart producers, StatePart groups, StatePart transactions) {
    /** The least limit, so that even the smallest heap has room for some state. */
    private static final long LEAST_BYTES = 1 << 20;

    private static final int HEAP_PER_PRODUCERS = 8;
    private static final int HEAP_PER_GROUPS = 8;
    private static final int HEAP_PER_TRANSACTIONS = 16;
    private static final int HEAP_PER_ABORTED = 64;

    /**
     * A budget as configured.
     *
     * @param producerBytes 0: an eighth of the heap
     * @param groupBytes 0: an eighth of the heap
     * @param transactionBytes 0: a sixteenth of the heap
     * @param heapBytes the largest that the heap can become
     */
    public static StateBudget of(long producerBytes, long groupBytes, long transactionBytes, long heapBytes) {
        return new StateBudget(
                new StatePart(
                        "producers",
                        "limits.producerBytes",
                        orShareOfHeap(producerBytes, heapBytes, HEAP_PER_PRODUCERS)),
                new StatePart("groups", "limits.groupBytes", orShareOfHeap(groupBytes, heapBytes, HEAP_PER_GROUPS)),
                new StatePart(
                        "transactions",
                        "limits.transactionBytes",
                        orShareOfHeap(transactionBytes, heapBytes, HEAP_PER_TRANSACTIONS)));
    }

    /**
     * The limit for aborted transactions that logs keep in memory. It has no setting, and no request is refused because
     * of it: beyond it, logs keep them in files only.
     *
     * @param heapBytes the largest that the heap can become
     */
    public static StatePart aborted(long heapBytes) {
        return new StatePart("aborted", "-Xmx", orShareOfHeap(0, heapBytes, HEAP_PER_ABORTED));
    }

    private static long orShareOfHeap(long configuredBytes, long heapBytes, int divisor) {
        return configuredBytes > 0 ? configuredBytes : Math.max(LEAST_BYTES, heapBytes / divisor);
    }

    /** All parts, for reports. */
    public List<StatePart> parts() {
        return List.of(producers, groups, transactions);
    }
}

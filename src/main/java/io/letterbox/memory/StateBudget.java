package io.letterbox.memory;

import java.util.List;

/**
 * The memory that state of clients may take, one limit for each kind. Any thread.
 *
 * @param producers producers that partitions remember, those that stand for an {@code Idempotency-Key} included
 * @param groups consumer groups: names, members with what they say of themselves and own, committed offsets
 * @param transactions transactional ids, with the partitions of open transactions
 */
public record StateBudget(StatePart producers, StatePart groups, StatePart transactions) {
    /** A limit is a bound for estimates; nobody has less than this, or the smallest heap could remember nothing. */
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
                        "producers", "limits.producerBytes", orPart(producerBytes, heapBytes, HEAP_PER_PRODUCERS)),
                new StatePart("groups", "limits.groupBytes", orPart(groupBytes, heapBytes, HEAP_PER_GROUPS)),
                new StatePart(
                        "transactions",
                        "limits.transactionBytes",
                        orPart(transactionBytes, heapBytes, HEAP_PER_TRANSACTIONS)));
    }

    /**
     * The limit for aborted transactions that logs keep in memory. There is no setting for it, and nobody is refused
     * beyond it: logs keep them in files then.
     *
     * @param heapBytes the largest that the heap can become
     */
    public static StatePart aborted(long heapBytes) {
        return new StatePart("aborted", "-Xmx", orPart(0, heapBytes, HEAP_PER_ABORTED));
    }

    private static long orPart(long configuredBytes, long heapBytes, int divisor) {
        return configuredBytes > 0 ? configuredBytes : Math.max(LEAST_BYTES, heapBytes / divisor);
    }

    /** All of them, for whoever reports. */
    public List<StatePart> parts() {
        return List.of(producers, groups, transactions);
    }
}

package io.letterbox.bus;

/**
 * The bytes that one request may still read, over all of its partitions (KIP-74). The first batch of the first
 * partition that has any is returned however large it is, because a reader that never gets it would wait for ever;
 * everything else stays within the limit. Used by one thread at a time.
 */
public final class FetchBudget {
    private long leftBytes;
    private boolean started;

    /** @param maxBytes the limit for all partitions together, 0 or more */
    public FetchBudget(int maxBytes) {
        this.leftBytes = Math.max(0, maxBytes);
    }

    /** The limit for the next partition, given its own limit; the first batch of the request may be larger. */
    public int grant(int partitionMaxBytes) {
        return (int) Math.max(0, Math.min(partitionMaxBytes, leftBytes));
    }

    /** True if nothing more may be taken, so that no other partition need be read. */
    public boolean isSpent() {
        return started && leftBytes <= 0;
    }

    /**
     * Subtracts the size of a read's result.
     *
     * @param granted the result of {@link #grant} before that read
     * @return false if the result is larger than granted and may not be returned: it is a first batch, but not of the
     *     first partition
     */
    public boolean take(int sizeBytes, int granted) {
        if (sizeBytes > granted && started) {
            // The budget of the request is the limit here, so searching other partitions for smaller batches makes no
            // sense.
            if (granted == leftBytes) leftBytes = 0;
            return false;
        }
        if (sizeBytes > 0) started = true;
        leftBytes -= sizeBytes;
        return true;
    }
}

package io.letterbox.bus;

/**
 * How much one request may still read, over all of its partitions (KIP-74). The first batch of the first partition that
 * has any is returned however large it is, because a reader that never gets it would wait for ever; everything else stays
 * within the limit. Used by one thread at a time.
 */
public final class FetchBudget {
    private long leftBytes;
    private boolean started;

    /** @param maxBytes the limit for all partitions together, 0 or more */
    public FetchBudget(int maxBytes) {
        this.leftBytes = Math.max(0, maxBytes);
    }

    /** How much the next partition may have, given its own limit; the first batch may be larger where nothing was taken. */
    public int grant(int partitionMaxBytes) {
        return (int) Math.max(0, Math.min(partitionMaxBytes, leftBytes));
    }

    /** True where nothing more may be taken, so that no other partition need be looked at. */
    public boolean isSpent() {
        return started && leftBytes <= 0;
    }

    /**
     * Takes what a read has found.
     *
     * @param granted what {@link #grant} has said before that read
     * @return false where it is more than was granted and may not be returned: a first batch, but not of the first partition
     */
    public boolean take(int sizeBytes, int granted) {
        if (sizeBytes > granted && started) {
            // Where it is the whole that is used up, it makes no sense to look for something that would still fit.
            if (granted == leftBytes) leftBytes = 0;
            return false;
        }
        if (sizeBytes > 0) started = true;
        leftBytes -= sizeBytes;
        return true;
    }
}

package io.letterbox.cluster.copy;

/**
 * How many bytes per second all copies of a node may take together, so that clients get the rest of disk and network.
 * What was not taken for a while may be taken at once, up to a second's worth. Owned by one thread.
 */
public final class CopyBudget {
    private final long bytesPerSecond;
    private double owedBytes;
    private long lastMs = Long.MIN_VALUE;

    /** @param bytesPerSecond 1 or more */
    public CopyBudget(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /**
     * Takes bytes.
     *
     * @param nowMs on the monotonic clock
     * @return for how many milliseconds to wait before they are asked for; 0 for at once
     */
    public long take(int bytes, long nowMs) {
        if (lastMs != Long.MIN_VALUE) owedBytes -= (nowMs - lastMs) / 1_000.0 * bytesPerSecond;
        lastMs = nowMs;
        // What is saved up is no more than a second's worth.
        owedBytes = Math.max(owedBytes, -bytesPerSecond);
        long waitMs = owedBytes <= 0 ? 0 : (long) Math.ceil(owedBytes * 1_000 / bytesPerSecond);
        owedBytes += bytes;
        return waitMs;
    }
}

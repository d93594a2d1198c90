package io.letterbox.memory;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The limit for one kind of state, and its use. An eighth of it is reserved: each account may use an equal share of
 * that, whatever the others use, so that none is starved. The rest is first come, first served.
 *
 * <p>Any thread. Accounts of several threads may find the last room free at the same time, so the limit may be exceeded
 * by the size of a few requests.
 */
public final class StatePart {
    /** The divisor for the reserved part of the limit. */
    private static final int RESERVED_DIVISOR = 8;

    private static final double NEARLY_ALL = 0.95;

    private final String label;
    private final String setting;
    private final long limitBytes;
    private final AtomicLong usedBytes = new AtomicLong();
    private final AtomicInteger accounts = new AtomicInteger();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder refused = new LongAdder();

    /**
     * Makes an unused limit.
     *
     * @param label the kind of state, one word, as metrics name it
     * @param setting the setting that an operator changes to allow more
     * @param limitBytes 1 or more
     */
    public StatePart(String label, String setting, long limitBytes) {
        if (limitBytes < 1)
            throw new IllegalArgumentException("a limit of " + limitBytes + " bytes forbids everything");
        this.label = label;
        this.setting = setting;
        this.limitBytes = limitBytes;
    }

    /** A part without a limit, for tools that read files, and for tests. */
    public static StatePart unlimited() {
        return new StatePart("unlimited", "none", Long.MAX_VALUE);
    }

    /** Opens an account, which is charged to this limit until it is closed. */
    public StateAccount open() {
        accounts.incrementAndGet();
        return new StateAccount(this);
    }

    /** The kind of state, as metrics name it. */
    public String label() {
        return label;
    }

    /** The setting that an operator changes to allow more. */
    public String setting() {
        return setting;
    }

    public long limitBytes() {
        return limitBytes;
    }

    /** The bytes charged to all accounts, which are estimates. */
    public long usedBytes() {
        return usedBytes.get();
    }

    /** How many items were dropped to make room for newer ones, since the start. */
    public long dropped() {
        return dropped.sum();
    }

    /** How many requests were refused for want of room, since the start. */
    public long refused() {
        return refused.sum();
    }

    /** Whether hardly anything is left except the reserved part. */
    public boolean isNearlyFull() {
        return usedBytes.get() > NEARLY_ALL * sharedBytes();
    }

    // Called by accounts.

    /**
     * Whether there is room for an account.
     *
     * @param growthBytes how much more it would use, 0 or more
     * @param ownBytes its total use then
     */
    boolean hasRoom(long growthBytes, long ownBytes) {
        long thenBytes = usedBytes.get() + growthBytes;
        if (thenBytes <= sharedBytes()) return true;
        return thenBytes <= limitBytes && ownBytes <= limitBytes / RESERVED_DIVISOR / Math.max(1, accounts.get());
    }

    /** The part of the limit that is not reserved. */
    private long sharedBytes() {
        return limitBytes - limitBytes / RESERVED_DIVISOR;
    }

    void charge(long bytes) {
        usedBytes.addAndGet(bytes);
    }

    void closed() {
        accounts.decrementAndGet();
    }

    void countDropped(int items) {
        dropped.add(items);
    }

    void countRefused() {
        refused.increment();
    }
}

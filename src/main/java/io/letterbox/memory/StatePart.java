package io.letterbox.memory;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The limit for one kind of state, and what is taken of it. An eighth of it is kept for accounts that have little: each may
 * have its even share of that, whatever the others take, so that none is shut out. The rest is for those that come first.
 *
 * <p>Any thread. Accounts of several threads may each find the last room free at once, so the limit can be passed by what a
 * few requests bring.
 */
public final class StatePart {
    /** The part of the limit that accounts are sure of, all together. */
    private static final int SURE_PART = 8;

    private static final double NEARLY_ALL = 0.95;

    private final String label;
    private final String setting;
    private final long limitBytes;
    private final AtomicLong usedBytes = new AtomicLong();
    private final AtomicInteger accounts = new AtomicInteger();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder refused = new LongAdder();

    /**
     * Makes a limit of which nothing is taken.
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

    /** One without a limit, for tools that look at files, and for tests. */
    public static StatePart unlimited() {
        return new StatePart("unlimited", "none", Long.MAX_VALUE);
    }

    /** Opens an account, which draws on this limit until it is closed. */
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

    /** What all accounts have taken, estimated. */
    public long usedBytes() {
        return usedBytes.get();
    }

    /** How much was forgotten because there was no room for it beside something newer, since the start. */
    public long dropped() {
        return dropped.sum();
    }

    /** How many requests were refused for want of room, since the start. */
    public long refused() {
        return refused.sum();
    }

    /** Whether hardly anything is left but what accounts are sure of. */
    public boolean isNearlyFull() {
        return usedBytes.get() > NEARLY_ALL * sharedBytes();
    }

    // For accounts.

    /**
     * Whether there is room for an account.
     *
     * @param growthBytes how much it would take, 0 or more
     * @param ownBytes how much it would have then
     */
    boolean hasRoom(long growthBytes, long ownBytes) {
        long thenBytes = usedBytes.get() + growthBytes;
        if (thenBytes <= sharedBytes()) return true;
        return thenBytes <= limitBytes && ownBytes <= limitBytes / SURE_PART / Math.max(1, accounts.get());
    }

    /** What is for those that come first. */
    private long sharedBytes() {
        return limitBytes - limitBytes / SURE_PART;
    }

    void take(long bytes) {
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

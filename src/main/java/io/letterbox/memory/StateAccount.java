package io.letterbox.memory;

/**
 * The memory that one owner uses of the limit for one kind of state. Owned by the thread that owns the state.
 *
 * <p>An owner checks for room before it adds state; the added state is charged whatever the limit is, because it is in
 * a log by then.
 */
public final class StateAccount {
    private final StatePart part;
    private long usedBytes;
    private boolean closed;

    StateAccount(StatePart part) {
        this.part = part;
    }

    /** Charges this many bytes, or returns them if the number is negative. */
    public void charge(long bytes) {
        if (bytes == 0 || closed) return;
        usedBytes += bytes;
        part.charge(bytes);
    }

    /**
     * Whether there is room for this many more bytes, 0 or more; for 0, whether the current use is within the limit.
     */
    public boolean hasRoom(long bytes) {
        return part.hasRoom(bytes, usedBytes + bytes);
    }

    /** The bytes charged, which are estimates. */
    public long usedBytes() {
        return usedBytes;
    }

    /** Counts items that were dropped for want of room. */
    public void dropped(int items) {
        part.countDropped(items);
    }

    /** Counts a request that was refused for want of room. */
    public void refused() {
        part.countRefused();
    }

    /** The setting that would allow more. */
    public String setting() {
        return part.setting();
    }

    /** Returns everything; later charges are ignored. */
    public void close() {
        if (closed) return;
        charge(-usedBytes);
        closed = true;
        part.closed();
    }
}

package io.letterbox.memory;

/**
 * What one owner has taken of the limit for one kind of state. Owned by the thread that owns the state.
 *
 * <p>Whoever is about to remember something new asks for room first; what is taken note of in the end is taken, whatever
 * the limit, because by then it is in a log.
 */
public final class StateAccount {
    private final StatePart part;
    private long usedBytes;
    private boolean closed;

    StateAccount(StatePart part) {
        this.part = part;
    }

    /** Takes so much, or gives it back where the number is negative. */
    public void take(long bytes) {
        if (bytes == 0 || closed) return;
        usedBytes += bytes;
        part.take(bytes);
    }

    /** Whether there is room for so much more, 0 or more; for 0 bytes: whether what was taken is within the limit. */
    public boolean hasRoom(long bytes) {
        return part.hasRoom(bytes, usedBytes + bytes);
    }

    /** What was taken, estimated. */
    public long usedBytes() {
        return usedBytes;
    }

    /** So many things were forgotten for want of room. */
    public void dropped(int items) {
        part.countDropped(items);
    }

    /** A request was refused for want of room. */
    public void refused() {
        part.countRefused();
    }

    /** The setting that would allow more. */
    public String setting() {
        return part.setting();
    }

    /** Gives everything back; nothing is taken any more. */
    public void close() {
        if (closed) return;
        take(-usedBytes);
        closed = true;
        part.closed();
    }
}

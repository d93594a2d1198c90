package io.letterbox.sse;

import java.util.Arrays;

/**
 * The next offset of each partition of a {@link PartitionLayout}. Immutable, so that all subscribers at the same
 * position share one object; the hash is kept because positions are keys.
 */
final class Position {
    private final long[] next;
    private final int hash;

    /** @param next owned by the position from now on */
    Position(long[] next) {
        this.next = next;
        this.hash = Arrays.hashCode(next);
    }

    long next(int index) {
        return next[index];
    }

    /** A copy that may be modified. */
    long[] copy() {
        return next.clone();
    }

    /** The offsets, not to be modified. */
    long[] offsets() {
        return next;
    }

    /** This position with another offset for one partition. */
    Position with(int index, long offset) {
        long[] changed = next.clone();
        changed[index] = offset;
        return new Position(changed);
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof Position position && hash == position.hash && Arrays.equals(next, position.next);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return Arrays.toString(next);
    }
}

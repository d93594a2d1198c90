package io.letterbox.sse;

import java.util.Arrays;

/**
 * The next offset of each partition of a {@link PartitionLayout}. Immutable, so that all subscribers at one place share one; the
 * hash is kept because positions are keys.
 */
final class Position {
    private final long[] next;
    private final int hash;

    /** @param next given away */
    Position(long[] next) {
        this.next = next;
        this.hash = Arrays.hashCode(next);
    }

    long next(int index) {
        return next[index];
    }

    /** A copy that may be changed. */
    long[] copy() {
        return next.clone();
    }

    /** The offsets, to be read only. */
    long[] offsets() {
        return next;
    }

    /** This position with one partition elsewhere. */
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

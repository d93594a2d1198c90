package io.letterbox.log.compaction;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * The last offset of each key, in bounded memory: a hash table with open addressing, 24 bytes an entry. A key is
 * represented by the first 128 bits of its SHA-256, so that a client cannot construct two keys that compaction would
 * take for one. For one thread.
 */
final class OffsetMap {
    static final int ENTRY_BYTES = 3 * Long.BYTES;

    private static final int LEAST_SLOTS = 1 << 4;
    private static final int FIRST_SLOTS = 1 << 10;
    private static final long NONE = -1;

    private final int maxSlots;
    private final MessageDigest digest;
    private final byte[] hash = new byte[32];
    private long[] high;
    private long[] low;
    private long[] offsets;
    private int count;

    /**
     * @param maxBytes the limit for the table, which takes one and a half times as much while it grows; there is room
     *     for 12 keys at least
     */
    OffsetMap(int maxBytes) {
        this.maxSlots = Math.max(LEAST_SLOTS, Integer.highestOneBit(maxBytes / ENTRY_BYTES));
        allocate(Math.min(FIRST_SLOTS, maxSlots));
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    int size() {
        return count;
    }

    /** Sets a key's offset. Returns false if there is no room for another key. */
    boolean put(byte[] array, int keyOffset, int keyLength, long offset) {
        int slot = find(array, keyOffset, keyLength);
        if (offsets[slot] == NONE) {
            if (isFull()) {
                if (offsets.length == maxSlots) return false;
                grow();
                slot = find(array, keyOffset, keyLength);
            }
            high[slot] = hashLong(0);
            low[slot] = hashLong(8);
            count++;
        }
        offsets[slot] = offset;
        return true;
    }

    /** The offset set last for a key, -1 if there is none. */
    long get(byte[] array, int keyOffset, int keyLength) {
        return offsets[find(array, keyOffset, keyLength)];
    }

    private boolean isFull() {
        return count >= offsets.length / 4 * 3;
    }

    private int find(byte[] array, int keyOffset, int keyLength) {
        digest.update(array, keyOffset, keyLength);
        try {
            digest.digest(hash, 0, hash.length);
        } catch (DigestException impossible) {
            throw new AssertionError(impossible);
        }
        return find(hashLong(0), hashLong(8));
    }

    private int find(long keyHigh, long keyLow) {
        int slot = (int) keyHigh & (offsets.length - 1);
        while (offsets[slot] != NONE && (high[slot] != keyHigh || low[slot] != keyLow)) {
            slot = (slot + 1) & (offsets.length - 1);
        }
        return slot;
    }

    private void grow() {
        long[] oldHigh = high;
        long[] oldLow = low;
        long[] oldOffsets = offsets;
        allocate(2 * oldOffsets.length);
        for (int old = 0; old < oldOffsets.length; old++) {
            if (oldOffsets[old] == NONE) continue;
            int slot = find(oldHigh[old], oldLow[old]);
            high[slot] = oldHigh[old];
            low[slot] = oldLow[old];
            offsets[slot] = oldOffsets[old];
        }
    }

    private void allocate(int slots) {
        high = new long[slots];
        low = new long[slots];
        offsets = new long[slots];
        Arrays.fill(offsets, NONE);
    }

    private long hashLong(int at) {
        long value = 0;
        for (int i = at; i < at + Long.BYTES; i++) value = value << 8 | hash[i] & 0xff;
        return value;
    }
}

package io.letterbox.log.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The content of a simulated file: the bytes that a reader sees, those that would survive a crash, and the changes in
 * between.
 */
final class SimFile {
    /** The unit that a disk writes atomically. */
    private static final int SECTOR_BYTES = 512;

    /** A write, or a truncation if {@code bytes} is null. */
    private record Change(int position, byte[] bytes) {}

    private byte[] now = new byte[0];
    private byte[] durable = new byte[0];
    private final List<Change> pending = new ArrayList<>();
    private boolean lying;
    int openHandles;

    /** Whether this process has written bytes that are not forced. */
    boolean writtenHere;

    int size() {
        return now.length;
    }

    byte[] bytes() {
        return now;
    }

    void write(int position, byte[] bytes) {
        now = written(now, position, bytes, 0, bytes.length);
        pending.add(new Change(position, bytes));
    }

    void cut(int size) {
        if (size >= now.length) return;
        now = Arrays.copyOf(now, size);
        pending.add(new Change(size, null));
    }

    void force() {
        if (lying) {
            for (Change change : pending) durable = apply(durable, change, Integer.MAX_VALUE);
        } else {
            durable = now.clone();
        }
        pending.clear();
    }

    /**
     * Simulates a failed force: the kernel marks the dirty pages clean. Readers still see their content, but later
     * forces succeed and write only later changes.
     */
    void failForce() {
        lying = true;
        pending.clear();
    }

    void flip(int position, int bit) {
        now[position] ^= (byte) (1 << bit);
        if (position < durable.length) durable[position] ^= (byte) (1 << bit);
        for (int index = 0; index < pending.size(); index++) {
            Change change = pending.get(index);
            boolean within = change.bytes != null
                    && position >= change.position
                    && position < change.position + change.bytes.length;
            if (within) change.bytes[position - change.position] ^= (byte) (1 << bit);
        }
    }

    /** Keeps none of the unforced changes, all, a prefix with a torn last one, or random sectors of them. */
    void crash(Random random) {
        byte[] left = durable;
        int fate = random.nextInt(4);
        int kept = fate == 0 ? 0 : fate == 1 ? pending.size() : random.nextInt(pending.size() + 1);
        for (int index = 0; index < pending.size(); index++) {
            Change change = pending.get(index);
            if (fate == 3) left = anySectors(left, change, random);
            else if (index < kept) left = apply(left, change, Integer.MAX_VALUE);
            else if (index == kept && fate == 2) left = apply(left, change, random.nextInt(2000));
        }
        now = left.clone();
        durable = left.clone();
        pending.clear();
        lying = false;
        openHandles = 0;
        writtenHere = false;
    }

    private static byte[] apply(byte[] to, Change change, int atMostBytes) {
        if (change.bytes == null) return change.position < to.length ? Arrays.copyOf(to, change.position) : to;
        return written(to, change.position, change.bytes, 0, Math.min(atMostBytes, change.bytes.length));
    }

    private static byte[] anySectors(byte[] to, Change change, Random random) {
        if (change.bytes == null) return random.nextBoolean() ? apply(to, change, 0) : to;
        byte[] left = to;
        int at = 0;
        while (at < change.bytes.length) {
            int end = Math.min(change.bytes.length, at + SECTOR_BYTES - (change.position + at) % SECTOR_BYTES);
            if (random.nextBoolean()) left = written(left, change.position, change.bytes, at, end);
            at = end;
        }
        return left;
    }

    private static byte[] written(byte[] to, int position, byte[] bytes, int from, int end) {
        byte[] result = Arrays.copyOf(to, Math.max(to.length, position + end));
        System.arraycopy(bytes, from, result, position + from, end - from);
        return result;
    }
}

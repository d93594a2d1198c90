package io.letterbox.log;

import io.letterbox.log.producers.AbortedTxn;
import io.letterbox.record.AbortedTransaction;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * The aborted transactions whose markers are in one segment, in the order of the markers ({@code .txnindex}).
 *
 * <pre>
 *  0         2          10             18             26             34
 *  ┌─────────┬──────────┬──────────────┬──────────────┬──────────────┐   last: the marker's offset; stable: up to where
 *  │ version │ producer │ first offset │ last offset  │ stable       │   everything was decided with that marker.
 *  │ = 0     │ id int64 │ int64        │ int64        │ offset int64 │   Kafka's layout, big-endian.
 *  └─────────┴──────────┴──────────────┴──────────────┴──────────────┘
 * </pre>
 *
 * Kafka's layout has no checksum. Entries are forced before a producer snapshot is taken or the segment is closed;
 * entries behind the newest snapshot are rebuilt from the log. Grown by the segment's owner; read from any thread,
 * because entries are written before the count that makes them visible.
 */
public final class TransactionIndex {
    static final int ENTRY_BYTES = 34;

    /** The memory of an entry, including unused capacity of the array. */
    static final int ENTRY_MEMORY_BYTES = 56;

    private static final short VERSION = 0;

    /** Volatile as well, so that a reader that sees a grown array sees its content. */
    private volatile AbortedTxn[] entries = new AbortedTxn[0];

    private volatile int count;

    /** Owner only; markers come in order. */
    void add(AbortedTxn entry) {
        int size = count;
        AbortedTxn[] room = entries;
        if (size == room.length) entries = room = Arrays.copyOf(room, Math.max(4, 2 * size));
        room[size] = entry;
        count = size + 1;
    }

    int count() {
        return count;
    }

    /** The offset of the last marker; the index must not be empty. */
    long greatestLastOffset() {
        return entries[count - 1].lastOffset();
    }

    /**
     * Adds to a list the transactions that have records in a range of offsets.
     *
     * @return true if no later entry can have any
     */
    boolean collect(long fromOffset, long upToOffset, List<AbortedTransaction> into) {
        int size = count;
        AbortedTxn[] visible = entries;
        for (int index = firstEndingAt(fromOffset, visible, size); index < size; index++) {
            AbortedTxn entry = visible[index];
            if (entry.firstOffset() < upToOffset) {
                into.add(new AbortedTransaction(entry.producerId(), entry.firstOffset()));
            }
            if (entry.stableOffset() >= upToOffset) return true;
        }
        return false;
    }

    private static int firstEndingAt(long offset, AbortedTxn[] visible, int size) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (visible[middle].lastOffset() < offset) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /** The entries from one on, as they lie on disk. */
    ByteBuffer encode(int fromIndex) {
        ByteBuffer bytes = ByteBuffer.allocate((count - fromIndex) * ENTRY_BYTES);
        for (int index = fromIndex; index < count; index++) {
            AbortedTxn entry = entries[index];
            bytes.putShort(VERSION)
                    .putLong(entry.producerId())
                    .putLong(entry.firstOffset())
                    .putLong(entry.lastOffset())
                    .putLong(entry.stableOffset());
        }
        return bytes.flip();
    }

    /**
     * Decodes entries up to the first invalid one: markers have to be in order and within a range of offsets, each
     * behind its transaction's first record. Leaves the buffer's position behind the last valid entry.
     */
    public static TransactionIndex decode(ByteBuffer bytes, long fromOffset, long upToOffset) {
        TransactionIndex index = new TransactionIndex();
        long least = fromOffset;
        while (bytes.remaining() >= ENTRY_BYTES) {
            int at = bytes.position();
            short version = bytes.getShort();
            AbortedTxn entry = new AbortedTxn(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
            boolean sound = version == VERSION
                    && entry.producerId() >= 0
                    && entry.firstOffset() >= 0
                    && entry.firstOffset() < entry.lastOffset()
                    && entry.lastOffset() >= least
                    && entry.lastOffset() < upToOffset;
            if (!sound) {
                bytes.position(at);
                break;
            }
            index.add(entry);
            least = entry.lastOffset() + 1;
        }
        return index;
    }
}

package io.letterbox.log.wal;

import io.letterbox.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The checksum of one {@link WalFrame}: it leaves out what the own checksums of large batches cover, because summing
 * those bytes a second time would cost as much as copying them. Each object is used once.
 */
final class WalChecksum {
    /** From this size on a batch's own checksum counts. Below it, one sum over many batches is cheaper. */
    private static final int LARGE_BATCH_BYTES = 4096;

    private final ByteBuffer frame;
    private final int length;
    private final CRC32C crc = new CRC32C();
    private final RecordBatch batch = new RecordBatch();
    private int summedTo = WalFrame.CRC_FROM;

    private WalChecksum(ByteBuffer frame, int length) {
        this.frame = frame.duplicate();
        this.length = length;
    }

    /**
     * The checksum of a frame of this version.
     *
     * @param length the frame's, without the zeros
     * @throws IllegalArgumentException if an entry does not consist of whole batches
     */
    static int of(ByteBuffer frame, int length) {
        WalChecksum sum = new WalChecksum(frame, length);
        if (!sum.addEntries(false)) throw new IllegalArgumentException("An entry does not consist of whole batches");
        return sum.value();
    }

    /** The checksum of a frame of the versions in which it covered everything. */
    static int ofAll(ByteBuffer frame, int length) {
        return new WalChecksum(frame, length).value();
    }

    /**
     * Whether the bytes of a frame are what was written. Never throws, whatever they are.
     *
     * @param frame a heap buffer
     */
    static boolean isRight(ByteBuffer frame, int length, int checksum) {
        WalChecksum sum = new WalChecksum(frame, length);
        return length >= WalFrame.HEADER_BYTES && sum.addEntries(true) && sum.value() == checksum;
    }

    /** Walks all entries; false if their sizes contradict each other, or a large batch has another checksum. */
    private boolean addEntries(boolean verifying) {
        int at = WalFrame.HEADER_BYTES;
        for (int left = WalFrame.entries(frame); left > 0; left--) {
            if (length - at < WalFrame.ENTRY_HEADER_BYTES) return false;
            int name = frame.getShort(at + WalFrame.ENTRY_NAME_LENGTH_AT);
            int size = frame.getInt(at + WalFrame.ENTRY_BATCHES_LENGTH_AT);
            at += WalFrame.ENTRY_HEADER_BYTES;
            if (name < 0 || size < 0 || size > length - at - name) return false;
            at += name;
            if (!addBatches(at, at + size, verifying)) return false;
            at += size;
        }
        return true;
    }

    private boolean addBatches(int from, int end, boolean verifying) {
        for (int at = from; at < end; ) {
            if (end - at < RecordBatch.HEADER_BYTES) return false;
            int size = RecordBatch.sizeAt(frame, at);
            if (size < RecordBatch.HEADER_BYTES || size > end - at) return false;
            if (size >= LARGE_BATCH_BYTES) {
                if (verifying && !batch.wrap(frame, at).hasRightChecksum()) return false;
                addUpTo(at + RecordBatch.CHECKSUM_FROM);
                summedTo = at + size;
            }
            at += size;
        }
        return true;
    }

    private void addUpTo(int end) {
        crc.update(frame.limit(end).position(summedTo));
        frame.limit(frame.capacity());
    }

    private int value() {
        addUpTo(length);
        return (int) crc.getValue();
    }
}

package io.letterbox.log;

import io.letterbox.disk.LogFile;
import io.letterbox.record.AbortedTransaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Looks up aborted transactions in the file of a closed segment ({@link TransactionIndex} shows its layout), reading
 * only the needed part. For one thread.
 */
final class TransactionIndexReader {
    private static final int BLOCK_ENTRIES = 64;

    /** The position of a marker's offset in its entry; entries are sorted by it. */
    private static final int LAST_OFFSET_AT = 18;

    private final LogFile file;
    private final Path path;
    private final long baseOffset;
    private final long nextOffset;
    private final long count;

    /**
     * @param file the file, which has at least one entry
     * @param path the file's path, for messages
     * @param baseOffset of the segment
     * @param nextOffset of the segment
     * @throws CorruptLogException if the file does not consist of whole entries
     */
    TransactionIndexReader(LogFile file, Path path, long baseOffset, long nextOffset) throws IOException {
        this.file = file;
        this.path = path;
        this.baseOffset = baseOffset;
        this.nextOffset = nextOffset;
        this.count = file.size() / TransactionIndex.ENTRY_BYTES;
        if (file.size() % TransactionIndex.ENTRY_BYTES != 0) throw corrupt(count * TransactionIndex.ENTRY_BYTES);
    }

    /**
     * As {@link TransactionIndex#collect}.
     *
     * @throws CorruptLogException if the file holds something else
     */
    boolean collect(long fromOffset, long upToOffset, List<AbortedTransaction> into) throws IOException {
        long least = baseOffset;
        for (long entry = firstBlock(fromOffset); entry < count; entry += BLOCK_ENTRIES) {
            long position = entry * TransactionIndex.ENTRY_BYTES;
            int size = (int) Math.min(BLOCK_ENTRIES, count - entry) * TransactionIndex.ENTRY_BYTES;
            ByteBuffer bytes = read(position, size);
            TransactionIndex block = TransactionIndex.decode(bytes, least, nextOffset);
            if (bytes.hasRemaining()) throw corrupt(position + bytes.position());
            if (block.collect(fromOffset, upToOffset, into)) return true;
            least = block.greatestLastOffset() + 1;
        }
        return false;
    }

    /** The index of an entry at or shortly before the first one that ends at or beyond an offset. */
    private long firstBlock(long offset) throws IOException {
        long low = 0;
        long high = count;
        while (high - low > BLOCK_ENTRIES) {
            long middle = (low + high) >>> 1;
            long position = middle * TransactionIndex.ENTRY_BYTES;
            long lastOffset = read(position + LAST_OFFSET_AT, Long.BYTES).getLong();
            if (lastOffset < baseOffset || lastOffset >= nextOffset) throw corrupt(position);
            if (lastOffset < offset) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private ByteBuffer read(long position, int size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(size);
        if (file.read(bytes, position) < size) throw corrupt(position);
        return bytes.flip();
    }

    private CorruptLogException corrupt(long position) {
        return new CorruptLogException(
                path,
                position,
                "this is not an aborted transaction of this segment. Where the file and the partition's .snapshot files"
                        + " are deleted while the server is stopped, they are made anew.");
    }
}

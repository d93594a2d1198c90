package io.letterbox.log.compaction;

import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import io.letterbox.log.IndexFile;
import io.letterbox.log.MemoryIndex;
import io.letterbox.record.RecordBatch;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes the files of a {@link CleanedSegment}: batches through a buffer, the indexes from memory at the end. For one
 * thread.
 */
final class CleanedFile implements Closeable {
    private static final int BUFFER_BYTES = 256 << 10;

    private final Disk disk;
    private final CleanedSegment segment;
    private final LogFile file;
    private final int indexIntervalBytes;
    private final MemoryIndex index;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private final RecordBatch batch = new RecordBatch();
    private long writtenBytes;

    CleanedFile(Disk disk, CleanedSegment segment, int indexIntervalBytes) throws IOException {
        this.disk = disk;
        this.segment = segment;
        this.file = disk.create(segment.log());
        this.indexIntervalBytes = indexIntervalBytes;
        this.index = new MemoryIndex(segment.baseOffset());
    }

    void append(ByteBuffer bytes) throws IOException {
        batch.wrap(bytes, bytes.position());
        index.add(batch, sizeBytes(), indexIntervalBytes);
        if (buffer.remaining() < bytes.remaining()) drain();
        if (bytes.remaining() > buffer.capacity()) {
            int length = bytes.remaining();
            file.write(bytes.duplicate(), writtenBytes);
            writtenBytes += length;
        } else {
            buffer.put(bytes.duplicate());
        }
    }

    long sizeBytes() {
        return writtenBytes + buffer.position();
    }

    /** Writes the rest and the indexes, and forces the files; their names are forced later. */
    void finish() throws IOException {
        drain();
        file.force();
        index.finish();
        new IndexFile(disk, segment.timeIndex()).write(index.times().encode(0));
        new IndexFile(disk, segment.offsetIndex()).write(index.offsets().encode(0));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private void drain() throws IOException {
        int length = buffer.flip().remaining();
        file.write(buffer, writtenBytes);
        writtenBytes += length;
        buffer.clear();
    }
}

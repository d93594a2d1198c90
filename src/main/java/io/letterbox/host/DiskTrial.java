package io.letterbox.host;

import io.letterbox.disk.FileDisk;
import io.letterbox.disk.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * How long the disk takes to make a small write durable, with the calls of the write-ahead log.
 *
 * @param medianNanos half of the writes took longer
 * @param slowNanos one write of ten took longer
 */
public record DiskTrial(long medianNanos, long slowNanos) {
    private static final int WRITES = 100;
    private static final int BLOCK_BYTES = 4096;

    /** Writes for a moment to a file that is deleted afterwards. */
    public static DiskTrial in(Path directory) throws IOException {
        Path path = Files.createTempFile(directory, "letterbox-trial-", ".tmp");
        try (LogFile file = new FileDisk().createDurable(path)) {
            ByteBuffer block = ByteBuffer.allocateDirect(2 * BLOCK_BYTES).alignedSlice(BLOCK_BYTES);
            block.limit(BLOCK_BYTES);
            file.write(block.rewind(), 0);
            long[] nanos = new long[WRITES];
            for (int i = 0; i < WRITES; i++) {
                long began = System.nanoTime();
                file.write(block.rewind(), 0);
                nanos[i] = System.nanoTime() - began;
            }
            Arrays.sort(nanos);
            return new DiskTrial(nanos[WRITES / 2], nanos[WRITES * 9 / 10]);
        } finally {
            Files.deleteIfExists(path);
        }
    }
}

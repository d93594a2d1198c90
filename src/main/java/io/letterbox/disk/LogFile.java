package io.letterbox.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** An open file with positional operations only, so that reads are safe from any thread beside one writer. */
public interface LogFile extends Closeable {
    /** The file's length in bytes. */
    long size() throws IOException;

    /** Reads until the buffer is full or the file ends; returns the bytes read, 0 at the end. */
    int read(ByteBuffer target, long position) throws IOException;

    /** Writes all remaining bytes of the buffer. If this fails, any part of them may have been written. */
    void write(ByteBuffer source, long position) throws IOException;

    /** Cuts the file to a length. */
    void truncate(long sizeBytes) throws IOException;

    /** Makes content and length durable (fdatasync). Once this has failed the file must not be trusted again. */
    void force() throws IOException;

    /** The file's channel, so that the kernel can send from it; null if it is not a file of the operating system. */
    default FileChannel channel() {
        return null;
    }

    /** Loads a part of the file into the page cache; blocks until it is there. */
    default void load(long position, int bytes) throws IOException {}

    /** Closes; a reader in another thread then gets a {@link java.nio.channels.ClosedChannelException}. */
    @Override
    void close() throws IOException;
}

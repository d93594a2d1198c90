package io.letterbox.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** An open file. Positional only, so that reads are safe from any thread beside one writer. */
public interface LogFile extends Closeable {
    /** The file's length in bytes. */
    long size() throws IOException;

    /** Reads until the buffer is full or the file ends; returns the bytes read, 0 at the end. */
    int read(ByteBuffer target, long position) throws IOException;

    /** Writes all that remains in the buffer. Where this fails, any part of it may have been written. */
    void write(ByteBuffer source, long position) throws IOException;

    /** Cuts the file to a length. */
    void truncate(long sizeBytes) throws IOException;

    /** Makes content and length durable (fdatasync). Once this has failed the file must not be trusted again. */
    void force() throws IOException;

    /** The open file as the operating system's, so that the kernel can send from it; null where it is none. */
    default FileChannel channel() {
        return null;
    }

    /** Lets the operating system read a part of the file from the disk, if it has not yet; blocks until it is in memory. */
    default void load(long position, int bytes) throws IOException {}

    /** Closes; a reader in another thread then gets a {@link java.nio.channels.ClosedChannelException}. */
    @Override
    void close() throws IOException;
}

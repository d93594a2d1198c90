package io.letterbox.storage;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps the last part of the disk free: below the reserve publishing is refused while reads go on, so that a full disk
 * neither corrupts a log nor keeps the server from starting again. Measured by a timer, read by the shards.
 */
public final class DiskReserve {
    private final FileStore store;
    private final long reserveBytes;
    private volatile long freeBytes;

    /**
     * @param directory on the disk in question
     * @param reserveBytes how much stays free; 0 turns the check off
     */
    public DiskReserve(Path directory, long reserveBytes) throws IOException {
        this.store = Files.getFileStore(directory);
        this.reserveBytes = reserveBytes;
        measure();
    }

    /** Asks the operating system; may block, so not on an event loop. */
    public void measure() throws IOException {
        freeBytes = store.getUsableSpace();
    }

    /** The free bytes at the last measurement. */
    public long freeBytes() {
        return freeBytes;
    }

    /** True while publishing has to be refused. */
    public boolean isSpent() {
        return freeBytes < reserveBytes;
    }

    public long reserveBytes() {
        return reserveBytes;
    }
}

package io.letterbox.storage;

import io.letterbox.disk.FileDisk;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.disk.LogFile;
import io.letterbox.log.ForwardingDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;

/** A real disk with faults that a test switches on. */
final class FaultyDisk extends ForwardingDisk {
    volatile boolean forceFails;
    volatile boolean full;
    /** True while no file can be opened, as in a process without free descriptors. */
    volatile boolean outOfFiles;
    /** The most files of segments that were open at once. */
    volatile int mostOpen;

    /** A low limit, so that logs reach it. */
    private static final int OPEN_LOG_FILES = 16;

    FaultyDisk() {
        super(new FileDisk(OPEN_LOG_FILES));
    }

    private void needDescriptor(Path path) throws IOException {
        if (outOfFiles) throw new FileSystemException(path.toString(), null, "Too many open files");
    }

    @Override
    public OpenDirectory openDirectory(Path directory) throws IOException {
        needDescriptor(directory);
        return super.openDirectory(directory);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        needDescriptor(directory);
        return super.list(directory);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        needDescriptor(directory);
        super.createDirectories(directory);
    }

    @Override
    public LogFile open(Path path) throws IOException {
        needDescriptor(path);
        mostOpen = Math.max(mostOpen, openFiles().open() + 1);
        return new FaultyFile(super.open(path));
    }

    @Override
    public LogFile create(Path path) throws IOException {
        needDescriptor(path);
        return new FaultyFile(super.create(path));
    }

    @Override
    public LogFile createDurable(Path path) throws IOException {
        needDescriptor(path);
        return new FaultyFile(super.createDurable(path)) {
            @Override
            public void write(ByteBuffer source, long position) throws IOException {
                if (forceFails) throw new IOException("Input/output error");
                super.write(source, position);
            }
        };
    }

    private class FaultyFile extends ForwardingFile {
        FaultyFile(LogFile file) {
            super(file);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            if (full) {
                // A real disk writes the bytes that still fit.
                ByteBuffer some = source.duplicate();
                some.limit(some.position() + some.remaining() / 2);
                super.write(some, position);
                throw new IOException("No space left on device");
            }
            super.write(source, position);
        }

        @Override
        public void force() throws IOException {
            if (forceFails) throw new ForceFailedException("A file", new IOException("Input/output error"));
            super.force();
        }
    }
}

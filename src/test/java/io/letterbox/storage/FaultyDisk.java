package io.letterbox.storage;

import io.letterbox.log.FileDisk;
import io.letterbox.log.ForceFailedException;
import io.letterbox.log.ForwardingDisk;
import io.letterbox.log.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The real disk, until a test breaks it. */
final class FaultyDisk extends ForwardingDisk {
    volatile boolean forceFails;
    volatile boolean full;

    FaultyDisk() {
        super(new FileDisk());
    }

    @Override
    public LogFile open(Path path) throws IOException {
        return new FaultyFile(super.open(path));
    }

    @Override
    public LogFile create(Path path) throws IOException {
        return new FaultyFile(super.create(path));
    }

    @Override
    public LogFile createDurable(Path path) throws IOException {
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
                // As a real disk does it: some bytes still fit.
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

package io.letterbox.storage;

import io.letterbox.log.Disk;
import io.letterbox.log.FileDisk;
import io.letterbox.log.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** The real disk, until a test breaks it. */
final class FaultyDisk implements Disk {
    private final Disk real = new FileDisk();
    volatile boolean forceFails;
    volatile boolean full;

    @Override
    public LogFile open(Path path) throws IOException {
        return new FaultyFile(real.open(path));
    }

    @Override
    public LogFile create(Path path) throws IOException {
        return new FaultyFile(real.create(path));
    }

    @Override
    public LogFile createDurable(Path path) throws IOException {
        return new FaultyFile(real.createDurable(path)) {
            @Override
            public void write(ByteBuffer source, long position) throws IOException {
                if (forceFails) throw new IOException("Input/output error");
                super.write(source, position);
            }
        };
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        return real.list(directory);
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return real.exists(path);
    }

    @Override
    public long size(Path path) throws IOException {
        return real.size(path);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        real.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        real.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        real.delete(path);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        real.forceDirectory(directory);
    }

    private class FaultyFile implements LogFile {
        private final LogFile file;

        FaultyFile(LogFile file) {
            this.file = file;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            if (full) {
                // As a real disk does it: some bytes still fit.
                ByteBuffer some = source.duplicate();
                some.limit(some.position() + some.remaining() / 2);
                file.write(some, position);
                throw new IOException("No space left on device");
            }
            file.write(source, position);
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            file.truncate(sizeBytes);
        }

        @Override
        public void force() throws IOException {
            if (forceFails) throw new IOException("Input/output error");
            file.force();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}

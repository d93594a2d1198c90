package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import io.letterbox.disk.OpenSegmentFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** A disk that forwards to another one; tests override methods. */
public class ForwardingDisk implements Disk {
    private final Disk disk;

    public ForwardingDisk(Disk disk) {
        this.disk = disk;
    }

    @Override
    public OpenSegmentFiles openFiles() {
        return disk.openFiles();
    }

    @Override
    public LogFile open(Path path) throws IOException {
        return disk.open(path);
    }

    @Override
    public LogFile create(Path path) throws IOException {
        return disk.create(path);
    }

    @Override
    public LogFile createDurable(Path path) throws IOException {
        return disk.createDurable(path);
    }

    @Override
    public void link(Path existing, Path second) throws IOException {
        disk.link(existing, second);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return disk.exists(path);
    }

    @Override
    public long size(Path path) throws IOException {
        return disk.size(path);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        disk.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        disk.delete(path);
    }

    @Override
    public OpenDirectory openDirectory(Path directory) throws IOException {
        return disk.openDirectory(directory);
    }

    /** A file that forwards to another one. */
    public static class ForwardingFile implements LogFile {
        private final LogFile file;

        public ForwardingFile(LogFile file) {
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
            file.write(source, position);
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            file.truncate(sizeBytes);
        }

        @Override
        public void force() throws IOException {
            file.force();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}

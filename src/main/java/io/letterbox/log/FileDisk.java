package io.letterbox.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The file system of the operating system. */
public final class FileDisk implements Disk {
    @Override
    public LogFile open(Path path) throws IOException {
        throw new AssertionError();
    }

    @Override
    public LogFile create(Path path) throws IOException {
        throw new AssertionError();
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        throw new AssertionError();
    }

    @Override
    public boolean exists(Path path) {
        throw new AssertionError();
    }

    @Override
    public long size(Path path) throws IOException {
        throw new AssertionError();
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        throw new AssertionError();
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        throw new AssertionError();
    }

    @Override
    public void delete(Path path) throws IOException {
        throw new AssertionError();
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        throw new AssertionError();
    }
}

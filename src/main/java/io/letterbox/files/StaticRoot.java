package io.letterbox.files;

import io.letterbox.text.FileTrouble;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The directory whose files are served. Symbolic links never lead outside of it, nor to the server's own data. All
 * methods block. Immutable; safe on any thread.
 */
public final class StaticRoot {
    private static final String INDEX = "index.html";

    private final Path root;
    private final Path ownData;

    private StaticRoot(Path root, Path ownData) {
        this.root = root;
        this.ownData = ownData;
    }

    /** The result of a look-up. */
    sealed interface LookUp {
        /** Nothing to serve; {@code why} is a sentence. */
        record Nothing(String why) implements LookUp {}

        /** A directory that was requested without a slash at the end. */
        record Directory() implements LookUp {}

        /**
         * An open file, to be closed by the caller.
         *
         * @param name of the file itself, {@code index.html} for a directory
         */
        record OpenFile(FileChannel channel, String name, long sizeBytes, long modifiedMs) implements LookUp {}
    }

    /**
     * Checks a directory that is to be served.
     *
     * @param ownData the server's data directory, which exists
     * @throws IOException if it cannot be served; the message says why
     */
    public static StaticRoot open(Path directory, Path ownData) throws IOException {
        Path root;
        try {
            root = directory.toRealPath();
        } catch (IOException e) {
            throw unusable(directory, FileTrouble.reason(e), e);
        }
        if (!Files.isDirectory(root)) throw unusable(directory, "it is no directory", null);
        if (!Files.isReadable(root) || !Files.isExecutable(root)) {
            throw unusable(directory, "this user may not read it", null);
        }
        Path data = ownData.toRealPath();
        if (root.startsWith(data)) throw unusable(directory, "it is in the server's data directory", null);
        return new StaticRoot(root, data);
    }

    private static IOException unusable(Path directory, String why, IOException cause) {
        return new IOException(
                "The files of " + directory + " cannot be served: " + why
                        + ". --static (http.staticDir) has to name a directory that this user may read.",
                cause);
    }

    /** The directory's real path. */
    public Path path() {
        return root;
    }

    /** Finds and opens the file of a path. */
    LookUp lookUp(FilePath wanted) throws IOException {
        Path file;
        try {
            file = root;
            for (String name : wanted.names()) file = file.resolve(name);
            file = file.toRealPath();
        } catch (AccessDeniedException e) {
            return new LookUp.Nothing("The server may not read this file.");
        } catch (FileSystemException | InvalidPathException e) {
            // The file does not exist, its name is invalid, or links form a loop.
            return nothing();
        }
        try {
            return lookUp(file, wanted.directory());
        } catch (NoSuchFileException e) {
            return nothing();
        } catch (AccessDeniedException e) {
            return new LookUp.Nothing("The server may not read this file.");
        }
    }

    private LookUp lookUp(Path file, boolean directory) throws IOException {
        if (!file.startsWith(root) || file.startsWith(ownData)) return nothing();
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (attributes.isDirectory()) {
            if (!directory) return new LookUp.Directory();
            Path index = file.resolve(INDEX);
            return Files.isDirectory(index) ? nothing() : lookUp(index.toRealPath(), false);
        }
        // A special file may be endless, or block until data is written to it.
        if (!attributes.isRegularFile() || directory) return nothing();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        return new LookUp.OpenFile(
                channel,
                file.getFileName().toString(),
                channel.size(),
                attributes.lastModifiedTime().toMillis());
    }

    private static LookUp nothing() {
        return new LookUp.Nothing("There is no such file in the directory that is served here.");
    }
}

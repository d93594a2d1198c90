package io.letterbox.storage;

import io.letterbox.disk.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The file that tells one data directory from every other one: the identity of a disk in a cluster. It is made together
 * with the directory, and never changed: whoever finds another id finds another disk, without what was on the first.
 *
 * <pre>
 * directory.id 1                            the format's version
 * 0b0fdb5c-6c5b-4f0e-9a63-2f5c1c3a6f9e      the id
 * </pre>
 */
final class DirectoryId {
    private static final String HEAD = "directory.id 1\n";

    private DirectoryId() {}

    /**
     * Reads the id, or makes one if there is no file; durable when it returns.
     *
     * @param fresh makes an id that nobody else has
     * @throws IOException if the file has another format: an id that others know must not be replaced
     */
    static UUID in(Disk disk, Path file, Supplier<UUID> fresh) throws IOException {
        String text;
        try {
            text = new String(disk.readAll(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException none) {
            UUID id = fresh.get();
            disk.replace(file, (HEAD + id + "\n").getBytes(StandardCharsets.UTF_8));
            return id;
        }
        try {
            if (text.startsWith(HEAD))
                return UUID.fromString(text.substring(HEAD.length()).strip());
        } catch (IllegalArgumentException noUuid) {
            throw damaged(file, noUuid);
        }
        throw damaged(file, null);
    }

    private static IOException damaged(Path file, Throwable cause) {
        return new IOException(
                "The file " + file
                        + " cannot be read. It says which disk this is, and has to be as it was made: restore it"
                        + " from a backup of this directory. A server that never was part of a cluster may also start"
                        + " without it, and makes a new one.",
                cause);
    }
}

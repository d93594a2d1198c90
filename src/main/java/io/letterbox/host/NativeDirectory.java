package io.letterbox.host;

import io.letterbox.disk.OwnerOnly;
import io.letterbox.text.FileTrouble;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The directory in which the loaders of zstd, snappy and Netty unpack their native libraries. It has to be writable and
 * must not be mounted noexec, as /tmp is on hardened machines; so it is tried before anything is loaded. The files can
 * be deleted once they are loaded. Used by one thread.
 *
 * @param path a new directory, or null if no place is suitable
 * @param refusals why each place that was tried before is unsuitable, as half sentences that begin with the place
 */
public record NativeDirectory(Path path, List<String> refusals) {
    /** What an operator can do if no place is suitable. */
    public static final String CURE =
            "Start Java with -Djava.io.tmpdir=DIR, a directory that can be written and is not mounted noexec";

    /** The system property by which each loader finds its directory; a value that the operator has set is kept. */
    private static final List<String> PROPERTIES =
            List.of("ZstdTempFolder", "org.xerial.snappy.tempdir", "io.netty.native.workdir");

    /** More than all libraries need together. */
    private static final long UNPACKED_BYTES = 8L << 20;

    private interface Making {
        Path directory() throws IOException;
    }

    /**
     * Finds a place, and creates the directory there.
     *
     * @param temporary the directory for temporary files: tried first
     * @param own a directory that is used for this only; may be missing, and is deleted afterwards
     */
    public static NativeDirectory in(Path temporary, Path own) {
        List<String> refusals = new ArrayList<>();
        Path path = usable(temporary, () -> Files.createDirectory(named(temporary), OwnerOnly.directory()), refusals);
        if (path == null) path = usable(own, () -> renewed(own), refusals);
        return new NativeDirectory(path, refusals);
    }

    /**
     * {@code letterbox-<process>-<number>}. The JDK's own temporary names use secure random numbers, which takes as
     * long as unpacking all libraries, and its own way to the process id takes a tenth of that.
     */
    private static Path named(Path temporary) {
        return temporary.resolve("letterbox-" + processId() + "-" + Long.toHexString(System.nanoTime()));
    }

    private static String processId() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self")).toString();
        } catch (IOException | UnsupportedOperationException notLinux) {
            return Long.toString(ProcessHandle.current().pid());
        }
    }

    /**
     * A new directory in a place, or null if libraries cannot be loaded from there, with the reason added to the
     * refusals.
     */
    private static Path usable(Path place, Making making, List<String> refusals) {
        try {
            Path directory = making.directory();
            String refusal = refusal(directory);
            if (refusal == null) return directory;
            delete(directory);
            refusals.add(place + " " + refusal);
        } catch (IOException e) {
            refusals.add(place + " cannot be written (" + FileTrouble.reason(e) + ")");
        }
        return null;
    }

    /** Deletes what a process that was killed while it loaded its libraries has left in the directory. */
    private static Path renewed(Path own) throws IOException {
        if (Files.exists(own)) delete(own);
        return Files.createDirectory(own, OwnerOnly.directory());
    }

    /** Why a library cannot be loaded from a directory, or null if it can. */
    private static String refusal(Path directory) throws IOException {
        if (Files.getFileStore(directory).getUsableSpace() < UNPACKED_BYTES) return "has too little room";
        Path probe = Files.createFile(directory.resolve("probe"));
        try {
            if (!probe.toFile().setExecutable(true)) return "does not allow execution";
            // On a file system that is mounted noexec no file is executable, whatever its mode.
            return Files.isExecutable(probe) ? null : "does not allow execution (mounted noexec)";
        } finally {
            Files.delete(probe);
        }
    }

    /** Tells the loaders the directory, before the first of them is used. */
    public void announce() {
        if (path == null) return;
        for (String property : PROPERTIES) {
            if (System.getProperty(property) == null) System.setProperty(property, path.toString());
        }
    }

    /**
     * Deletes the directory with the libraries, which have been loaded, and what killed processes have left beside it.
     */
    public void delete() throws IOException {
        if (path == null) return;
        delete(path);
        clear(path.getParent());
    }

    /** Deletes the directories of processes that were killed while they loaded their libraries. */
    private static void clear(Path temporary) {
        // The id of the process that created it, and a number.
        Pattern pattern = Pattern.compile("letterbox-(\\d{1,18})-[0-9a-f]{1,16}");
        try (DirectoryStream<Path> left = Files.newDirectoryStream(temporary, "letterbox-*-*")) {
            for (Path directory : left) {
                Matcher name = pattern.matcher(directory.getFileName().toString());
                boolean gone = name.matches()
                        && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty();
                if (gone) delete(directory);
            }
        } catch (IOException | DirectoryIteratorException notOurs) {
            // The directories stay, which is harmless.
        }
    }

    private static void delete(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) Files.deleteIfExists(file);
        }
        Files.deleteIfExists(directory);
    }
}

package io.letterbox.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The archive of the server's classes beside the JAR, as {@code scripts/letterbox} makes one: the tests start some
 * hundred servers, and each start takes half as long with it. Immutable; created at the first use.
 */
final class ClassArchive {
    /** JVM flags for a server; none if no archive could be created, which fails no test. */
    static final List<String> FLAGS = flags(ServerProcess.jar());

    private ClassArchive() {}

    private static List<String> flags(Path jar) {
        Path archive = jar.resolveSibling("tests-" + Runtime.version().feature() + ".jsa");
        try {
            boolean fresh = Files.exists(archive)
                    && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) > 0;
            return fresh || made(jar, archive) ? List.of("-XX:SharedArchiveFile=" + archive) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean made(Path jar, Path archive) throws IOException {
        Path unfinished = archive.resolveSibling(
                archive.getFileName() + "." + ProcessHandle.current().pid());
        Process rehearsal = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:disable",
                        "-Djava.io.tmpdir=" + jar.getParent(),
                        "-XX:ArchiveClassesAtExit=" + unfinished,
                        "-jar",
                        jar.toString(),
                        "rehearse")
                .redirectErrorStream(true)
                .redirectOutput(jar.resolveSibling("tests-rehearsal.txt").toFile())
                .start();
        try {
            if (rehearsal.waitFor() != 0 || !Files.exists(unfinished)) return false;
        } catch (InterruptedException e) {
            rehearsal.destroyForcibly();
            throw new IllegalStateException(e);
        }
        Files.move(unfinished, archive, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        return true;
    }
}

package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher builds with the newest JDK on the machine, which is seldom the one that runs these tests. */
class NewestJdkIT {
    private static final Path JDKS = Path.of("/usr/lib/jvm");
    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");
    private static final long LIMIT_MINUTES = 5;

    @TempDir
    private Path copy;

    @Test
    void itsCompilerHasNothingToSayOfTheSources() throws Exception {
        Path newest = newest();
        assumeTrue(newest != null, "no JDK is installed that is newer than the one that runs the tests");
        Files.copy(Path.of("pom.xml"), copy.resolve("pom.xml"));
        Path sources =
                Files.createSymbolicLink(copy.resolve("src"), Path.of("src").toAbsolutePath());
        Path output = copy.resolve("output.txt");
        ProcessBuilder maven = new ProcessBuilder(
                        "mvn", "-B", "-o", "-q", "-f", copy.resolve("pom.xml").toString(), "compile")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        maven.environment().put("JAVA_HOME", newest.toString());
        Process process = maven.start();
        try {
            assertThat(process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES))
                    .as("it ended")
                    .isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Files.delete(sources);
        }
        assertThat(process.exitValue())
                .as(newest + ": " + Files.readString(output))
                .isZero();
        assertThat(copy.resolve("target/classes/io/letterbox/Letterbox.class")).exists();
    }

    private static Path newest() throws IOException {
        if (!Files.isDirectory(JDKS)) return null;
        try (Stream<Path> candidates = Files.list(JDKS)) {
            return candidates
                    .filter(home -> Files.isExecutable(home.resolve("bin").resolve("javac")))
                    .filter(home -> version(home).orElse(0) > Runtime.version().feature())
                    .max(Comparator.comparing(home -> version(home).orElse(0)))
                    .orElse(null);
        }
    }

    private static Optional<Integer> version(Path home) {
        Path release = home.resolve("release");
        if (!Files.isReadable(release)) return Optional.empty();
        try {
            Matcher version = VERSION.matcher(Files.readString(release));
            return version.find() ? Optional.of(Integer.valueOf(version.group(1))) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

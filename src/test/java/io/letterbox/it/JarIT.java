package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The content of the fat JAR besides classes. */
class JarIT {
    /** Apache-2.0 section 4(d), and the conditions of MIT and BSD. */
    @Test
    void everyLibrarysNoticeAndLicenceIsThere() throws IOException {
        try (ZipFile jar = new ZipFile(ServerProcess.jar().toFile())) {
            assertThat(text(jar, "META-INF/NOTICE")).contains("Jackson JSON processor", "Micrometer");
            assertThat(text(jar, "NOTICE")).contains("Apache Kafka");
            assertThat(text(jar, "META-INF/NOTICE")).contains("Apache Ratis", "com.hazelcast");
            assertThat(text(jar, "META-INF/LICENSE")).contains("Apache License", "Version 2.0");
            assertThat(text(jar, "META-INF/LICENSE.txt")).contains("QOS.ch", "Gil Tene");
        }
    }

    /** The flags of the systemd unit and the container: each is known to this JVM, and none is ignored. */
    @Test
    void itStartsWithTheFlagsOfTheInstallation() throws Exception {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of("conf/jvm.options").toAbsolutePath(),
                "-XX:+PrintCommandLineFlags",
                "-jar",
                ServerProcess.jar().toString(),
                "version");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("-XX:+ExitOnOutOfMemoryError", "-XX:+UseG1GC", "etterbox");
        for (String file : List.of("conf/letterbox.service", "conf/Dockerfile")) {
            assertThat(Files.readString(Path.of(file)))
                    .contains("/jvm.options", "letterbox.jar", "LETTERBOX_NODE_DATA_DIR");
        }
    }

    /** Vert.x would load Hazelcast by itself, and a start that reads more classes takes longer. */
    @Test
    void aServerThatStandsAloneLoadsNothingOfACluster(@TempDir Path directory) throws IOException {
        Path classes = directory.resolve("classes");
        try (ServerProcess server = ServerProcess.in(directory)) {
            server.jvm("-Xlog:class+load:file=" + classes).start();
        }
        assertThat(Files.readAllLines(classes))
                .anyMatch(line -> line.contains("io.letterbox.Server "))
                .noneMatch(line -> line.contains("hazelcast"))
                .noneMatch(line -> line.contains("ratis"));
    }

    private static String text(ZipFile jar, String name) throws IOException {
        ZipEntry entry = jar.getEntry(name);
        assertThat(entry).as(name).isNotNull();
        try (InputStream in = jar.getInputStream(entry)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

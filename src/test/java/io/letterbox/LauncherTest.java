package io.letterbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How {@code scripts/letterbox} determines the memory for the server, with files of the test in place of the system's.
 */
class LauncherTest {
    private static final String GIB_8 = "MemTotal:        8388608 kB\nMemFree: 1 kB\n";

    @TempDir
    Path system;

    @BeforeEach
    void machine() throws IOException {
        write("proc/meminfo", GIB_8);
    }

    @Test
    void aMachineWithoutLimitsGivesAQuarterWithinBounds() throws Exception {
        assertThat(heapMib()).isEqualTo("1024");
        write("proc/meminfo", "MemTotal: 2097152 kB\n");
        assertThat(heapMib()).isEqualTo("512");
        write("proc/meminfo", "MemTotal: 131072 kB\n");
        assertThat(heapMib()).isEqualTo("64");
    }

    @Test
    void theLimitOfAContainerCounts() throws Exception {
        write("proc/self/cgroup", "0::/\n");
        write("cgroup/memory.max", "536870912\n");
        assertThat(heapMib()).isEqualTo("128");
        write("cgroup/memory.max", "max\n");
        assertThat(heapMib()).isEqualTo("1024");
        write("cgroup/memory.max", "99999999999999999\n");
        assertThat(heapMib()).isEqualTo("1024");
    }

    @Test
    void theLimitOfAnyGroupAboveCounts() throws Exception {
        write("proc/self/cgroup", "0::/system.slice/letterbox.service\n");
        write("cgroup/system.slice/letterbox.service/memory.max", "max\n");
        write("cgroup/system.slice/memory.max", "1073741824\n");
        assertThat(heapMib()).isEqualTo("256");
        write("cgroup/system.slice/letterbox.service/memory.max", "805306368\n");
        assertThat(heapMib()).isEqualTo("192");
    }

    @Test
    void theLimitOfTheFirstVersionCounts() throws Exception {
        write("proc/self/cgroup", "12:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n");
        write("cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        assertThat(heapMib()).isEqualTo("1024");
        // In a container, the root of the mount is the directory of the container's own control group.
        write("cgroup/memory/memory.limit_in_bytes", "1073741824\n");
        assertThat(heapMib()).isEqualTo("256");
    }

    /** A JAR that was copied elsewhere has no sources beside it, and the launcher does not report that. */
    @Test
    void withoutSourcesNothingIsStale() throws Exception {
        write("letterbox.jar", "");
        String script =
                "root=$0 jar=$0/letterbox.jar; " + function("is_stale") + "; is_stale && echo stale || echo fresh";
        assertThat(bash(script)).isEqualTo("fresh\n");
        write("src/main/A.java", "");
        write("pom.xml", "");
        Files.setLastModifiedTime(system.resolve("letterbox.jar"), FileTime.fromMillis(0));
        assertThat(bash(script)).isEqualTo("stale\n");
        Files.delete(system.resolve("letterbox.jar"));
        assertThat(bash(script)).isEqualTo("stale\n");
    }

    @Test
    void aServerElsewhereIsToldWhereItsDataGoes() throws Exception {
        Files.createDirectories(system.resolve("project/data"));
        Files.createDirectories(system.resolve("elsewhere"));
        String tell = "root=$0/project; " + function("tell_directory") + "; say() { echo \"$*\"; }; cd $0/elsewhere; ";
        assertThat(bash(tell + "tell_directory serve --set http.port=1"))
                .contains(system.resolve("elsewhere/data").toString())
                .contains("without arguments it is " + system.resolve("project/data"));
        for (String plain : List.of(
                "topics list",
                "serve --config x.yaml",
                "serve -c x.yaml",
                "serve --set node.dataDir=x",
                "serve -s node.dataDir=x",
                "serve --help")) {
            assertThat(bash(tell + "tell_directory " + plain)).as(plain).isEmpty();
        }
        assertThat(bash(tell + "mkdir data; tell_directory serve")).isEmpty();
        assertThat(bash(tell + "cd $root; tell_directory serve")).isEmpty();
    }

    private static String function(String name) {
        return "source <(sed -n '/^" + name + "()/,/^}/p' scripts/letterbox)";
    }

    private void write(String file, String text) throws IOException {
        Path path = system.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private String heapMib() throws Exception {
        return bash("proc=$0/proc cgroups=$0/cgroup; " + function("memory_kib") + "; " + function("heap_mib")
                + "; heap_mib");
    }

    private String bash(String script) throws Exception {
        Process bash = new ProcessBuilder("bash", "-c", "set -euo pipefail; " + script, system.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(said).isZero();
        return said;
    }
}

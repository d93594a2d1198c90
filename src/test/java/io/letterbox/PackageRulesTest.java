package io.letterbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks the sources against the rules, and each rule against a source that breaks it. */
class PackageRulesTest {
    private static final List<SourceFile> MAIN = SourceFile.below(Path.of("src/main/java"));

    @Test
    void theSourcesAreFound() {
        assertThat(MAIN).hasSizeGreaterThan(50);
        assertThat(MAIN.stream().map(SourceFile::topPackage)).contains("", "record", "log", "rest", "kafka", "sse");
    }

    @Test
    void noPackageReachesWhereItMayNot() {
        assertThat(SourceRules.imports(MAIN)).isEmpty();

        assertThat(SourceRules.imports(bad("record", "import io.vertx.core.Vertx;")))
                .containsExactly("io/letterbox/record/Bad.java imports io.vertx.core.Vertx");
        assertThat(SourceRules.imports(bad("rest", "import io.letterbox.sse.SseEncoder;")))
                .containsExactly("io/letterbox/rest/Bad.java reaches into sse");
        assertThat(SourceRules.imports(bad("sse", "import static io.letterbox.log.Segment.open;")))
                .containsExactly("io/letterbox/sse/Bad.java reaches into log");
        assertThat(SourceRules.imports(bad("console", "class Bad { io.letterbox.storage.GroupCommit commit; }")))
                .containsExactly("io/letterbox/console/Bad.java reaches into storage");
        assertThat(SourceRules.imports(bad("storage", "import io.letterbox.Server;")))
                .containsExactly("io/letterbox/storage/Bad.java reaches into the root");
        assertThat(SourceRules.imports(bad("misc", "")))
                .containsExactly("io/letterbox/misc/Bad.java is in a package that the table does not have");
        assertThat(SourceRules.imports(bad("record", "// import io.vertx.core.Vertx;\nimport java.util.List;")))
                .isEmpty();
    }

    @Test
    void onePackageKnowsRatisAndOneHazelcast() {
        assertThat(SourceRules.onlyThere(MAIN)).isEmpty();

        assertThat(SourceRules.onlyThere(bad("cluster", "import com.hazelcast.config.Config;")))
                .containsExactly("io/letterbox/cluster/Bad.java imports com.hazelcast.config.Config,"
                        + " which only cluster.hazelcast may");
        assertThat(SourceRules.onlyThere(bad("cluster/raft", "import com.hazelcast.config.Config;")))
                .hasSize(1);
        assertThat(SourceRules.onlyThere(bad("cluster/raft", "import org.apache.ratis.server.RaftServer;")))
                .isEmpty();
    }

    @Test
    void theTableHasNoCircles() {
        for (String name : SourceRules.PACKAGES.keySet()) {
            assertThat(SourceRules.reachable(
                            name, other -> SourceRules.PACKAGES.get(other).packages()))
                    .as("packages that " + name + " reaches")
                    .doesNotContain(name);
        }
    }

    @Test
    void noPackageLeadsBackToItself() {
        assertThat(SourceRules.circles(MAIN)).isEmpty();

        SourceFile up = source("log/wal", "import io.letterbox.log.Segment;");
        SourceFile down = source("log", "class Bad { io.letterbox.log.wal.WalFile file; }");
        assertThat(SourceRules.circles(List.of(up, down))).containsExactly("log and log.wal");
        assertThat(SourceRules.circles(List.of(up, source("log", "import io.letterbox.log.LogRead;"))))
                .isEmpty();
        assertThat(SourceRules.circles(List.of(
                        up,
                        source("log", "import io.letterbox.log.inspect.LogInspector;"),
                        source("log/inspect", "import static io.letterbox.log.wal.WalFile.open;"))))
                .as("a way round over three packages")
                .containsExactly("log and log.inspect", "log and log.wal", "log.inspect and log.wal");
    }

    @Test
    void theConfigKnowsOnlyWhichSettingsTopicsHave() {
        assertThat(SourceRules.configKnowsOnlyKeys(MAIN)).isEmpty();

        assertThat(SourceRules.configKnowsOnlyKeys(bad("config", "import io.letterbox.metadata.ClusterImage;")))
                .containsExactly("io/letterbox/config/Bad.java imports io.letterbox.metadata.ClusterImage");
    }

    @Test
    void thePurePackagesGetTimeAndChanceAsArguments() {
        assertThat(SourceRules.purity(MAIN)).isEmpty();

        for (String impure : List.of(
                "System.currentTimeMillis",
                "System.nanoTime",
                "new Random(",
                "ThreadLocalRandom",
                "randomUUID",
                "Instant.now",
                "Clock",
                "new Thread",
                "Thread.sleep",
                "Executors")) {
            assertThat(SourceRules.purity(bad("log", "class Bad { Object o = " + impure + ";}")))
                    .containsExactly("io/letterbox/log/Bad.java uses " + impure);
            assertThat(SourceRules.purity(bad("cluster/birth", "class Bad { Object o = " + impure + ";}")))
                    .hasSize(1);
            assertThat(SourceRules.purity(bad("storage", "class Bad { Object o = " + impure + ";}")))
                    .isEmpty();
        }
    }

    @Test
    void onePlaceReadsTheWallClock() throws IOException {
        assertThat(SourceRules.wallClock(MAIN)).isEmpty();
        assertThat(SourceRules.wallClock(scripts())).isEmpty();

        for (String wall : List.of(
                "System.currentTimeMillis",
                "Instant.now",
                "ZonedDateTime.now",
                "java.time.Clock",
                "new Date()",
                "Date.now")) {
            assertThat(SourceRules.wallClock(bad("storage", "class Bad { Object o = " + wall + "; }")))
                    .containsExactly("io/letterbox/storage/Bad.java uses "
                            + wall.substring(wall.startsWith("System.") ? "System.".length() : 0));
        }
        assertThat(SourceRules.wallClock(
                        bad("storage", "class Bad { long a = System.nanoTime(); Date d = new Date(1); }")))
                .isEmpty();
    }

    /** The scripts of the console and of client.js; performance.now() is their monotonic clock. */
    private static List<SourceFile> scripts() throws IOException {
        Path root = Path.of("src/main/resources");
        try (Stream<Path> files = Files.walk(root)) {
            List<SourceFile> scripts = new ArrayList<>();
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".js")).toList()) {
                scripts.add(new SourceFile(root.relativize(file).toString(), Files.readString(file)));
            }
            assertThat(scripts).isNotEmpty();
            return scripts;
        }
    }

    @Test
    void everyPackageSaysWhatItIs() {
        assertThat(SourceRules.packagesAreDescribed(MAIN)).isEmpty();

        assertThat(SourceRules.packagesAreDescribed(bad("log", "class Bad {}")))
                .containsExactly("io/letterbox/log has no package-info.java with a comment");
        assertThat(SourceRules.packagesAreDescribed(
                        List.of(new SourceFile("io/letterbox/log/package-info.java", "package io.letterbox.log;"))))
                .hasSize(1);
    }

    @Test
    void nothingIsTooLong() {
        assertThat(SourceRules.lengths(MAIN)).isEmpty();

        assertThat(SourceRules.lengths(bad("log", "class Bad {" + "\nint a;".repeat(500) + "}")))
                .containsExactly("io/letterbox/log/Bad.java Bad has 501 lines; the limit is 500");
        assertThat(SourceRules.lengths(bad("log", "class Bad {\nBad(int a) {" + "\na();".repeat(70) + "}}")))
                .containsExactly("io/letterbox/log/Bad.java Bad has 71 lines; the limit is 70");
        assertThat(SourceRules.lengths(bad(
                        "log",
                        "class Bad { enum E { A { @X({1}) int f(int a) { if (b) { c(); }" + "\n\"}\";".repeat(70)
                                + "} } } }")))
                .anyMatch(wrong -> wrong.endsWith("has 71 lines; the limit is 70"));
        assertThat(SourceRules.lengths(bad("log", "class Bad {" + "\nvoid a() {\n}".repeat(100) + "}")))
                .isEmpty();
    }

    @Test
    void noLineIsTooWide() {
        assertThat(SourceRules.widths(MAIN)).isEmpty();
        assertThat(SourceRules.widths(SourceFile.below(Path.of("src/test/java"))))
                .isEmpty();

        assertThat(SourceRules.widths(bad("log", "class Bad {}\n// " + "x".repeat(118))))
                .containsExactly("io/letterbox/log/Bad.java line 2 has 121 columns; the limit is 120");
        assertThat(SourceRules.widths(bad("log", "// " + "x".repeat(117)))).isEmpty();
    }

    @Test
    void nothingTakesTooMuch() {
        String five = "int a, Map<String, Map<A, B>> b, @X({1, 2}) int c, A<?> d, int... e";
        assertThat(SourceRules.lengths(bad("log", "class Bad { void f(" + five + ") {} }")))
                .isEmpty();
        assertThat(SourceRules.lengths(bad("log", "class Bad { void f(" + five + ", int f) throws E {} }")))
                .containsExactly("io/letterbox/log/Bad.java f has 6 parameters; the limit is 5");
        assertThat(SourceRules.lengths(bad("log", "record Bad(" + five + ", int f) {}")))
                .isEmpty();
        String eight = five + ", int f, int g, int h";
        assertThat(SourceRules.lengths(bad("log", "class Bad { private Bad(" + eight + ") {} }")))
                .isEmpty();
        assertThat(SourceRules.lengths(bad("log", "class Bad { public Bad(" + eight + ", int i) throws E {} }")))
                .containsExactly("io/letterbox/log/Bad.java Bad has 9 parameters; the limit is 8");
    }

    @Test
    void everyNameSaysSomething() {
        assertThat(SourceRules.names(MAIN)).isEmpty();

        for (String name : List.of("TopicManager", "LogHelper", "StringUtils", "DiskImpl", "UtilCodec")) {
            assertThat(SourceRules.names(bad("log", "interface " + name + " {}")))
                    .hasSize(1);
        }
        assertThat(SourceRules.names(bad("log", "class Implication {}"))).isEmpty();
    }

    @Test
    void nothingLocksOutsideTelemetry() {
        assertThat(SourceRules.locks(MAIN)).isEmpty();

        assertThat(SourceRules.locks(bad("storage", "class Bad { synchronized void f() {} }")))
                .containsExactly("io/letterbox/storage/Bad.java uses synchronized");
        assertThat(SourceRules.locks(bad("storage", "import java.util.concurrent.locks.ReentrantLock;")))
                .hasSize(1);
        assertThat(SourceRules.locks(bad("telemetry", "class Bad { synchronized void f() {} }")))
                .isEmpty();
        assertThat(SourceRules.locks(
                        bad("storage", "/** Not synchronized. */ class Bad { String s = \"synchronized\"; }")))
                .isEmpty();
    }

    @Test
    void nothingIsLeftUnfinished() {
        assertThat(SourceRules.unfinished(MAIN)).isEmpty();
        List<SourceFile> tests = SourceFile.below(Path.of("src/test/java")).stream()
                .filter(source -> !source.directory().equals("io/letterbox"))
                .toList();
        assertThat(SourceRules.unfinished(tests)).isEmpty();

        assertThat(SourceRules.unfinished(bad("log", "// TODO later"))).hasSize(1);
        assertThat(SourceRules.unfinished(bad("log", "@Disabled class Bad {}"))).hasSize(1);
    }

    private static List<SourceFile> bad(String directory, String text) {
        return List.of(source(directory, text));
    }

    private static SourceFile source(String directory, String text) {
        return new SourceFile("io/letterbox/" + directory + "/Bad.java", text);
    }
}

package io.letterbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the pages of the documentation to each other, and each check to a page that fails it. */
class DocumentsTest {
    private static final List<MarkdownPage> PAGES = MarkdownPage.all();

    private static final MarkdownPage MAP = MarkdownPage.read(Path.of("ARCHITECTURE.md"));

    /** What a newcomer reads before he tries it; the rest is in pages of its own. */
    private static final int README_LINES = 120;

    @Test
    void everyLinkLeadsSomewhere() {
        assertThat(PAGES.stream().map(page -> page.path().toString()))
                .contains("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/http.md", "docs/operations.md");
        assertThat(PAGES.stream().flatMap(page -> page.brokenLinks().stream())).isEmpty();

        MarkdownPage bad = new MarkdownPage(
                Path.of("docs/bad.md"),
                """
                # Of `links`, two
                [good](../README.md#five-minutes), [good](#of-links-two), [good](https://example.org/none.md#none)
                [a](none.md) [b](../README.md#none) [c](#none)
                ```
                [code](none.txt)
                ```
                """);
        assertThat(bad.brokenLinks())
                .containsExactly(
                        "docs/bad.md links to none.md: no such file",
                        "docs/bad.md links to ../README.md#none: no such heading",
                        "docs/bad.md links to #none: no such heading");
    }

    @Test
    void everyClassOnTheMapExists() throws IOException {
        Types types = Types.of(List.of(Path.of("src/main/java"), Path.of("src/test/java")));
        assertThat(types.missingIn(MAP)).isEmpty();
        // The steps of a start name classes in the same way.
        Path storage = Path.of("src/main/java/io/letterbox/storage/package-info.java");
        String steps = Files.readString(storage).replaceAll("\\{@code ([^}]*)}", "`$1`");
        assertThat(types.missingIn(new MarkdownPage(storage, steps))).isEmpty();

        MarkdownPage bad = new MarkdownPage(
                Path.of("bad.md"),
                "`Server`, `Server.close`, `Server.hush`, `Servers`, `Host`, `ViewGroups`, `FSYNC`, `a b`");
        assertThat(types.missingIn(bad))
                .containsExactly(
                        "bad.md names Server.hush, which is not there", "bad.md names Servers, which is not there");
    }

    @Test
    void everyPackageIsOnTheMap() {
        List<String> packages = SourceFile.below(Path.of("src/main/java/io/letterbox")).stream()
                .map(source -> source.path().contains("/") ? source.directory().replace('/', '.') : "io.letterbox")
                .distinct()
                .toList();
        assertThat(packages).contains("io.letterbox", "log.wal", "storage");
        assertThat(MAP.keys()).containsExactlyInAnyOrderElementsOf(packages);
    }

    @Test
    void headingsBecomeAnchorsAsOnGitHub() {
        MarkdownPage page = new MarkdownPage(
                Path.of("page.md"),
                "# What is promised, and what it costs\n## `a_b` & c\n```\n# code\n```\n## `a_b` & c\n");
        assertThat(page.anchors())
                .containsExactlyInAnyOrder("what-is-promised-and-what-it-costs", "a_b--c", "a_b--c-1");
    }

    @Test
    void everyPartOfTheBenchmarkIsDescribed() throws IOException {
        Path directory = Path.of("scripts/bench.d");
        String page = MarkdownPage.read(directory.resolve("README.md")).text();
        try (Stream<Path> files = Files.list(directory)) {
            List<String> names = files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals("README.md"))
                    .toList();
            assertThat(names).contains("bench.py");
            assertThat(names).allMatch(name -> page.contains("`" + name + "`"));
        }
    }

    @Test
    void theReadmeIsShort() {
        assertThat(MarkdownPage.read(Path.of("README.md")).text().lines().count())
                .isLessThanOrEqualTo(README_LINES);
    }

    /**
     * The types of the sources, nested ones as well, each with the sources in which one of that name is.
     *
     * @param sources by the type's simple name
     */
    private record Types(Map<String, List<SourceFile>> sources) {
        private static final Pattern NAME = Pattern.compile("([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)(?:\\.([a-z]\\w*))?");

        /** What looks like a class of ours: requests of Kafka's protocol, headers, what browsers have. */
        private static final Set<String> OTHERS = Set.of("EndTxn", "Forwarded", "Host", "Location", "Origin");

        static Types of(List<Path> roots) {
            Map<String, List<SourceFile>> sources = new HashMap<>();
            for (Path root : roots) {
                for (SourceFile source : SourceFile.below(root)) {
                    for (SourceFile.Block block : source.blocks()) {
                        if (!block.type()) continue;
                        sources.computeIfAbsent(block.name(), name -> new ArrayList<>())
                                .add(source);
                    }
                }
            }
            return new Types(sources);
        }

        /** One sentence for each class, or method of a class, that a page names and that the sources do not have. */
        List<String> missingIn(MarkdownPage page) {
            return page.code().stream()
                    .filter(code -> !isThere(code))
                    .map(code -> page.path() + " names " + code + ", which is not there")
                    .toList();
        }

        private boolean isThere(String code) {
            Matcher name = NAME.matcher(code);
            if (!name.matches() || OTHERS.contains(code)) return true;
            Pattern member = Pattern.compile("\\b" + name.group(2) + "\\b");
            return sources.getOrDefault(name.group(1), List.of()).stream()
                    .anyMatch(source -> name.group(2) == null
                            || member.matcher(source.code()).find());
        }
    }
}

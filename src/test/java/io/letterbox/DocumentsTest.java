package io.letterbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the pages of the documentation to each other, and each check to a page that fails it. */
class DocumentsTest {
    private static final List<MarkdownPage> PAGES = MarkdownPage.all();

    /** What a newcomer reads before he tries it; the rest is in pages of its own. */
    private static final int README_LINES = 120;

    @Test
    void everyLinkLeadsSomewhere() {
        assertThat(PAGES.stream().map(page -> page.path().toString()))
                .contains("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/http.md", "docs/operations.md");
        assertThat(PAGES).allSatisfy(page -> assertThat(page.brokenLinks()).isEmpty());

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
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> "`" + file.getFileName() + "`")
                            .filter(name -> !name.equals("`README.md`")))
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(page).contains(name));
        }
    }

    @Test
    void theReadmeIsShort() {
        assertThat(MarkdownPage.read(Path.of("README.md")).text().lines().count())
                .isLessThanOrEqualTo(README_LINES);
    }
}

package io.letterbox.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.http.BundledFiles;
import io.letterbox.http.BundledFiles.BundledFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ConsoleFilesTest {
    private static final Path SOURCES = Path.of("src", "main", "resources", "io", "letterbox", "console");

    /**
     * Functions that turn text into markup or code; none of them may be used, so that a record's value cannot become
     * either.
     */
    private static final Pattern PARSERS =
            Pattern.compile("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|\\beval\\("
                    + "|new Function|DOMParser|setHTMLUnsafe|createContextualFragment|\\bsrcdoc\\b");

    /** Paths of other parts of the server. */
    private static final Set<String> OTHERS = Set.of("/client.js", "/metrics", "/health/ready", "/openapi.json");

    private final BundledFiles files = ConsolePart.files();

    @Test
    void servesExactlyTheFilesThatThereAre() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(ConsolePart.FILES);
        }
        assertThat(files.byPath())
                .hasSize(ConsolePart.FILES.size() + ConsolePart.TRY_FILES.size() + ConsolePart.WEB_JARS.size());
        assertThat(files.byPath().get("/").contentType()).startsWith("text/html");
    }

    @Test
    void theFilesLoadOnlyWhatIsServed() {
        Pattern reference = Pattern.compile("(?:from |href=|src=|import\\()\"([^\"#]+)\"");
        int references = 0;
        for (Map.Entry<String, BundledFile> asset : files.byPath().entrySet()) {
            if (asset.getKey().startsWith("/webjars/")) continue;
            Matcher matcher = reference.matcher(asset.getValue().content().toString());
            while (matcher.find()) {
                String named = matcher.group(1);
                // Relative, so that the console also works behind a proxy with a path prefix.
                assertThat(named).as(asset.getKey()).doesNotStartWith("/");
                String path = URI.create(asset.getKey()).resolve(named).getPath();
                if (!OTHERS.contains(path)) assertThat(files.byPath()).containsKey(path);
                references++;
            }
        }
        assertThat(references).isGreaterThan(20);
    }

    /** Texts that begin with a slash are JSON pointers, never paths of the server. */
    @Test
    void noScriptNamesAnAbsolutePath() {
        Pattern absolute = Pattern.compile(
                "[\"`](/[a-z.]*(?:topics|groups|console|events|client|openapi|metrics|health|webjars)[^\"`]*)[\"`]");
        for (String file : ConsolePart.FILES) {
            String path = file.equals("index.html") ? "/" : "/console/" + file;
            String code = files.byPath().get(path).content().toString().replaceAll("(?m)^ *(?://|/?\\*).*$", "");
            Matcher matcher = absolute.matcher(code);
            assertThat(matcher.find())
                    .as(file + (matcher.reset().find() ? " " + matcher.group(1) : ""))
                    .isFalse();
        }
    }

    @Test
    void nothingParsesMarkupAndNothingComesFromElsewhere() {
        List<String> own = files.byPath().keySet().stream()
                .filter(path -> !path.startsWith("/webjars/"))
                .toList();
        assertThat(own).hasSize(ConsolePart.FILES.size() + ConsolePart.TRY_FILES.size());
        for (String file : own) {
            String text = files.byPath().get(file).content().toString();
            assertThat(PARSERS.matcher(text).find()).as("a parser in " + file).isFalse();
            String foreign = text.replace("http://www.w3.org/2000/svg", "");
            assertThat(foreign).as(file).doesNotContain("http://", "https://");
        }
        String page = files.byPath().get("/").content().toString()
                + files.byPath().get("/try").content();
        assertThat(Pattern.compile("\\son\\w+=|style=|<script(?![^>]* src=)")
                        .matcher(page)
                        .find())
                .as("inline script or style in the page")
                .isFalse();
    }

    @Test
    void entityTagsFollowTheContent() {
        List<String> tags = files.byPath().values().stream()
                .map(BundledFile::etag)
                .distinct()
                .toList();
        assertThat(tags).hasSize(files.byPath().size()).allMatch(tag -> tag.matches("\"[0-9a-f]{16}\""));
        assertThat(ConsolePart.files().byPath().get("/").etag())
                .isEqualTo(files.byPath().get("/").etag());
    }
}

package io.letterbox.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.console.Assets.Asset;
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

class AssetsTest {
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

    private final Assets assets = Assets.load();

    @Test
    void servesExactlyTheFilesThatThereAre() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(Assets.FILES);
        }
        assertThat(assets.byPath()).hasSize(Assets.FILES.size() + Assets.TRY_FILES.size() + Assets.WEB_JARS.size());
        assertThat(assets.byPath().get("/").contentType()).startsWith("text/html");
    }

    @Test
    void theFilesLoadOnlyWhatIsServed() {
        Pattern reference = Pattern.compile("(?:from |href=|src=|import\\()\"([^\"#]+)\"");
        int references = 0;
        for (Map.Entry<String, Asset> asset : assets.byPath().entrySet()) {
            if (asset.getKey().startsWith("/webjars/")) continue;
            Matcher matcher = reference.matcher(asset.getValue().content().toString());
            while (matcher.find()) {
                String named = matcher.group(1);
                // Relative, so that the console also works behind a proxy with a path prefix.
                assertThat(named).as(asset.getKey()).doesNotStartWith("/");
                String path = URI.create(asset.getKey()).resolve(named).getPath();
                if (!OTHERS.contains(path)) assertThat(assets.byPath()).containsKey(path);
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
        for (String file : Assets.FILES) {
            String path = file.equals("index.html") ? "/" : "/console/" + file;
            String code = assets.byPath().get(path).content().toString().replaceAll("(?m)^ *(?://|/?\\*).*$", "");
            Matcher matcher = absolute.matcher(code);
            assertThat(matcher.find())
                    .as(file + (matcher.reset().find() ? " " + matcher.group(1) : ""))
                    .isFalse();
        }
    }

    @Test
    void nothingParsesMarkupAndNothingComesFromElsewhere() {
        List<String> own = assets.byPath().keySet().stream()
                .filter(path -> !path.startsWith("/webjars/"))
                .toList();
        assertThat(own).hasSize(Assets.FILES.size() + Assets.TRY_FILES.size());
        for (String file : own) {
            String text = assets.byPath().get(file).content().toString();
            assertThat(PARSERS.matcher(text).find()).as("a parser in " + file).isFalse();
            String foreign = text.replace("http://www.w3.org/2000/svg", "");
            assertThat(foreign).as(file).doesNotContain("http://", "https://");
        }
        String page = assets.byPath().get("/").content().toString()
                + assets.byPath().get("/try").content();
        assertThat(Pattern.compile("\\son\\w+=|style=|<script(?![^>]* src=)")
                        .matcher(page)
                        .find())
                .as("inline script or style in the page")
                .isFalse();
    }

    @Test
    void entityTagsFollowTheContent() {
        List<String> tags =
                assets.byPath().values().stream().map(Asset::etag).distinct().toList();
        assertThat(tags).hasSize(assets.byPath().size()).allMatch(tag -> tag.matches("\"[0-9a-f]{16}\""));
        assertThat(Assets.load().byPath().get("/").etag())
                .isEqualTo(assets.byPath().get("/").etag());
    }
}

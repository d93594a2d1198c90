package io.letterbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation: what it links to, and which places in it can be linked to.
 *
 * @param path from the root of the project
 * @param text the whole page
 */
record MarkdownPage(Path path, String text) {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```.*?^```");
    private static final Pattern SPAN = Pattern.compile("`([^`]+)`");
    private static final Pattern KEY = Pattern.compile("(?m)^\\| `([^`]+)` \\|");
    private static final Pattern LINK = Pattern.compile("]\\(([^()\\s]+)\\)");
    private static final Pattern EXTERNAL = Pattern.compile("[a-z]+:.*");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+)$");

    /** What GitHub leaves out of a heading when it makes an anchor of it. */
    private static final Pattern NO_ANCHOR = Pattern.compile("[^\\p{L}\\p{N} _-]");

    static MarkdownPage read(Path path) {
        try {
            return new MarkdownPage(path, Files.readString(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All pages of the project, from the root downwards, but for what is built, kept or hidden there. */
    static List<MarkdownPage> all() {
        try (Stream<Path> files =
                Stream.of(".", "docs", "scripts/bench.d").map(Path::of).flatMap(MarkdownPage::in)) {
            return files.sorted().map(MarkdownPage::read).toList();
        }
    }

    private static Stream<Path> in(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".md")).map(Path::normalize).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text without blocks of code. */
    String prose() {
        return BLOCK.matcher(text).replaceAll("");
    }

    /** What is written as code within the prose. */
    List<String> code() {
        return SPAN.matcher(prose())
                .results()
                .map(found -> found.group(1).replaceAll("\\s+", " "))
                .distinct()
                .toList();
    }

    /** The first column of the tables, where it is code. */
    List<String> keys() {
        return KEY.matcher(prose()).results().map(found -> found.group(1)).toList();
    }

    /** One sentence for each relative link that leads to no file, or to no heading of a page. */
    List<String> brokenLinks() {
        List<String> broken = new ArrayList<>();
        LINK.matcher(prose()).results().map(found -> found.group(1)).distinct().forEach(link -> {
            if (EXTERNAL.matcher(link).matches()) return;
            int hash = link.indexOf('#');
            String file = hash < 0 ? link : link.substring(0, hash);
            Path target = file.isEmpty() ? path : path.resolveSibling(file).normalize();
            if (!file.isEmpty() && !Files.exists(target)) broken.add(path + " links to " + link + ": no such file");
            else if (hash >= 0 && !page(target).anchors().contains(link.substring(hash + 1)))
                broken.add(path + " links to " + link + ": no such heading");
        });
        return broken;
    }

    private MarkdownPage page(Path target) {
        return target.equals(path) ? this : read(target);
    }

    /** The anchors that GitHub gives to the headings. */
    Set<String> anchors() {
        Set<String> anchors = new HashSet<>();
        HEADING.matcher(prose()).results().map(found -> anchor(found.group(1))).forEach(anchor -> {
            String unique = anchor;
            for (int number = 1; !anchors.add(unique); number++) unique = anchor + "-" + number;
        });
        return anchors;
    }

    private static String anchor(String heading) {
        return NO_ANCHOR
                .matcher(heading.toLowerCase(Locale.ROOT))
                .replaceAll("")
                .strip()
                .replace(' ', '-');
    }
}

package io.letterbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Java source as the rules see it. It is read with regular expressions and a count of braces: enough for
 * code that the formatter has laid out, and nothing to install.
 */
final class SourceFile {
    /**
     * A type, or something with a body directly within a type.
     *
     * @param header the text before its brace
     * @param lines from the brace's line to its end's
     */
    record Block(String header, boolean type, int lines) {
        String name() {
            Matcher matcher = (type ? TYPE : MEMBER).matcher(header);
            return matcher.find() ? matcher.group(type ? 2 : 1) : header.strip();
        }

        /** How many parameters there are; 0 for what has none. */
        int parameters() {
            int open = header.indexOf('(');
            int close = header.lastIndexOf(')');
            if (type || open < 0 || close < open) return 0;
            String list = header.substring(open + 1, close).replaceAll("@\\w+(\\([^()]*\\))?", "");
            while (list.matches("(?s).*<[^<>]*>.*")) list = list.replaceAll("<[^<>]*>", "");
            return list.isBlank() ? 0 : list.split(",").length;
        }

        boolean isConstructor() {
            return !type && name().matches("[A-Z]\\w*");
        }
    }

    private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?([\\w.]+)");
    private static final Pattern TYPE = Pattern.compile("\\b(class|interface|enum|record)\\s+(\\w+)");
    private static final Pattern MEMBER = Pattern.compile("(\\w+)\\s*\\(");
    private static final Pattern OWN_NAME = Pattern.compile("\\bio\\.letterbox\\.((?:[a-z]\\w*\\.)*)[A-Z]\\w*");
    private static final Pattern NOT_CODE = Pattern.compile(
            "//[^\\n]*|/\\*.*?\\*/|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])+'",
            Pattern.DOTALL);

    private final String path;
    private final String text;
    private final String code;

    /**
     * @param path below the source directory, with slashes
     * @param text the whole source
     */
    SourceFile(String path, String text) {
        this.path = path;
        this.text = text;
        this.code = NOT_CODE.matcher(text).replaceAll(found -> "\n"
                .repeat((int) found.group().chars().filter(c -> c == '\n').count()));
    }

    static List<SourceFile> below(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .map(file -> read(directory, file))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SourceFile read(Path directory, Path file) {
        try {
            return new SourceFile(directory.relativize(file).toString().replace('\\', '/'), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String path() {
        return path;
    }

    String text() {
        return text;
    }

    /** The text without comments, texts and characters; lines stay where they are. */
    String code() {
        return code;
    }

    int lines() {
        return (int) text.lines().count();
    }

    /** The first part of the package below {@code io.letterbox}; empty for the root. */
    String topPackage() {
        if (path.startsWith("org/apache/kafka/")) return "org.apache.kafka";
        if (path.startsWith("org/apache/ratis/")) return "org.apache.ratis";
        String[] parts = path.split("/");
        return parts.length > 3 ? parts[2] : "";
    }

    /** The package's directory. */
    String directory() {
        return path.substring(0, path.lastIndexOf('/'));
    }

    /** Everything that is imported, by its full name. */
    List<String> imports() {
        return IMPORT.matcher(code).results().map(found -> found.group(1)).toList();
    }

    /** The top-level packages that are named, by an import or in full; empty stands for the root. */
    List<String> topPackages() {
        return packages().stream().map(name -> name.split("\\.")[0]).distinct().toList();
    }

    /** The package, below {@code io.letterbox} where it is there; empty for the root. */
    String packageName() {
        String name = directory().replace('/', '.') + ".";
        return name.replaceFirst("^io\\.letterbox\\.", "").replaceFirst("\\.$", "");
    }

    /** The packages below {@code io.letterbox} that are named, by an import or in full; empty stands for the root. */
    List<String> packages() {
        return OWN_NAME.matcher(code)
                .results()
                .map(found -> found.group(1).replaceFirst("\\.$", ""))
                .distinct()
                .toList();
    }

    /** Types and their members, in order of their ends. */
    List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        Deque<Object[]> open = new ArrayDeque<>();
        int parentheses = 0;
        int line = 1;
        int headerFrom = 0;
        for (int i = 0; i < code.length(); i++) {
            char c = code.charAt(i);
            if (c == '\n') line++;
            else if (c == '(') parentheses++;
            else if (c == ')') parentheses--;
            // Braces between parentheses are those of lambdas and annotations.
            if (parentheses > 0) continue;
            if (c == '{') {
                String header = code.substring(headerFrom, i);
                boolean type = TYPE.matcher(header).find() && !header.contains("=");
                boolean member = !open.isEmpty() && (boolean) open.peek()[1];
                open.push(new Object[] {header, type, type || member, line});
            } else if (c == '}') {
                Object[] block = open.pop();
                if ((boolean) block[2]) {
                    blocks.add(new Block((String) block[0], (boolean) block[1], line - (int) block[3] + 1));
                }
            }
            if (c == '{' || c == '}' || c == ';') headerFrom = i + 1;
        }
        return blocks;
    }
}

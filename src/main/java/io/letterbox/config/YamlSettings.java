package io.letterbox.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.letterbox.text.FileTrouble;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads the YAML file token by token, because only a token knows its line. Values stay texts: their meaning depends on
 * the key, so {@code port: "8080"} and {@code port: 8080} are the same.
 */
final class YamlSettings {
    /** A configuration file is small; a larger one is the wrong file. */
    private static final long MAX_FILE_BYTES = 1 << 20;

    private final Path file;
    private final YAMLParser parser;
    private final List<Setting> settings = new ArrayList<>();
    private final List<String> problems;

    private YamlSettings(Path file, YAMLParser parser, List<String> problems) {
        this.file = file;
        this.parser = parser;
        this.problems = problems;
    }

    /** The file's settings in their order; everything that cannot be read is added to the problems. */
    static List<Setting> read(Path file, List<String> problems) {
        try {
            if (Files.isRegularFile(file) && Files.size(file) > MAX_FILE_BYTES) {
                problems.add(file + ": the file is larger than 1 MiB, so it is hardly a file of settings");
                return List.of();
            }
            try (YAMLParser parser = new YAMLFactory().createParser(Files.readString(file))) {
                YamlSettings reader = new YamlSettings(file, parser, problems);
                reader.readDocument();
                return reader.settings;
            }
        } catch (JsonProcessingException e) {
            problems.add(syntaxError(file, e));
        } catch (CharacterCodingException e) {
            problems.add(file + ": the file is not text in UTF-8");
        } catch (NoSuchFileException e) {
            problems.add(file + ": the file does not exist");
        } catch (IOException e) {
            problems.add(file + ": the file cannot be read: " + FileTrouble.reason(e));
        }
        return List.of();
    }

    /**
     * The parser reports its own position first, and the position of the problem, which may be further down, in the
     * cause.
     */
    private static String syntaxError(Path file, JsonProcessingException e) {
        if (e.getCause() instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
            int line = marked.getProblemMark().getLine() + 1;
            return at(file, line) + ": this is not valid YAML: " + marked.getProblem();
        }
        int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
        String reason = e.getOriginalMessage().lines().findFirst().orElse("");
        return at(file, line) + ": this is not valid YAML: " + reason;
    }

    private void readDocument() throws IOException {
        JsonToken token = parser.nextToken();
        if (token == null || token == JsonToken.VALUE_NULL) {
            return;
        }
        if (token != JsonToken.START_OBJECT) {
            problem("expected sections such as \"http:\", found something else");
            return;
        }
        readObject("");
        if (parser.nextToken() != null) {
            problem("a second YAML document begins here; only one is read");
        }
    }

    private void readObject(String prefix) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = prefix + parser.currentName();
            String origin = currentPosition();
            JsonToken token = parser.nextToken();
            if (token == JsonToken.START_OBJECT) {
                readNested(key, origin);
            } else if (token == JsonToken.START_ARRAY) {
                settings.add(new Setting(key, readArray(key), true, origin));
            } else if (token != JsonToken.VALUE_NULL) {
                settings.add(Setting.scalar(key, scalar(key), origin));
            } else if (!ConfigSchema.isSection(key) && !key.equals(ConfigSchema.TOPIC_DEFAULTS)) {
                problems.add(origin + ": " + key + " has no value; give it one or leave the key out");
            }
        }
    }

    /** A map is valid for a section and for the topics' defaults; elsewhere its keys would be reported one by one. */
    private void readNested(String key, String origin) throws IOException {
        if (ConfigSchema.isSection(key) || key.equals(ConfigSchema.TOPIC_DEFAULTS)) {
            readObject(key + ".");
            return;
        }
        parser.skipChildren();
        settings.add(new Setting(key, List.of("a map"), true, origin));
    }

    private List<String> readArray(String key) throws IOException {
        List<String> entries = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken().isScalarValue()) {
                entries.add(scalar(key));
            } else {
                problem("the entries of " + key + " must be plain texts");
                parser.skipChildren();
            }
        }
        return entries;
    }

    private String scalar(String key) throws IOException {
        if (parser.isCurrentAlias()) {
            problem(key + " refers to an anchor; write the value itself");
        }
        return parser.getText();
    }

    private void problem(String what) {
        problems.add(currentPosition() + ": " + what);
    }

    private String currentPosition() {
        return at(file, parser.currentTokenLocation().getLineNr());
    }

    private static String at(Path file, int line) {
        return line > 0 ? file + ", line " + line : file.toString();
    }
}

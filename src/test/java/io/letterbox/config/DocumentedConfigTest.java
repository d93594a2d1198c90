package io.letterbox.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.metadata.TopicConfigKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The default configuration file is also the documentation of the settings, so it must be complete and correct. */
class DocumentedConfigTest {
    private static final Path FILE = Path.of("conf/letterbox.yaml");

    @Test
    void theFileHasEveryKeyInTheOrderOfTheRecords() {
        List<String> problems = new ArrayList<>();

        assertThat(YamlSettings.read(FILE, problems).stream().map(Setting::key))
                .containsExactlyInAnyOrderElementsOf(ConfigSchema.leaves());
        assertThat(problems).isEmpty();
    }

    @Test
    void theFileChangesNothing() throws Exception {
        LetterboxConfig inFile = ConfigLoader.load(FILE, Map.of(), List.of());
        LetterboxConfig defaults = LetterboxConfig.defaults();
        Map<String, String> ofTopics = new LinkedHashMap<>();
        for (TopicConfigKey key : TopicConfigKey.effective()) {
            ofTopics.put(key.key(), key.defaultValue());
        }

        assertThat(inFile.topics().defaults()).isEqualTo(ofTopics);
        assertThat(inFile)
                .isEqualTo(new LetterboxConfig(
                        defaults.node(),
                        defaults.http(),
                        defaults.kafka(),
                        new TopicsConfig(true, 200, 1, ofTopics),
                        defaults.limits(),
                        defaults.storage(),
                        defaults.sse(),
                        defaults.groups(),
                        defaults.transactions(),
                        defaults.cluster(),
                        defaults.metrics(),
                        defaults.shutdown(),
                        defaults.log()));
    }

    @Test
    void everyKeyIsExplained() throws Exception {
        List<String> lines = Files.readAllLines(FILE);
        for (int i = 1; i < lines.size(); i++) {
            boolean key = lines.get(i).matches(" +[a-zA-Z.]+:.+");
            boolean pair = lines.get(i).contains("retryMaxMs");
            assertThat(!key || pair || lines.get(i - 1).strip().startsWith("#"))
                    .as("a comment above line " + (i + 1) + ": " + lines.get(i))
                    .isTrue();
        }
    }
}

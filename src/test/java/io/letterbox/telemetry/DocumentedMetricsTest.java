package io.letterbox.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The page about metrics has a row for each, with its type, its labels and its help text. */
class DocumentedMetricsTest {
    private static final Path PAGE = Path.of("docs", "metrics.md");

    @Test
    void thePageHasEveryMetricAsItIs() throws IOException {
        List<String> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.matches("\\| `(letterbox|kafka)_.*"))
                .toList();
        List<String> expected = expected();
        assertThat(rows).as("it should be\n" + String.join("\n", expected)).containsExactlyElementsOf(expected);
    }

    private static List<String> expected() {
        List<String> rows = new ArrayList<>();
        try (Specimen specimen = new Specimen()) {
            Exposition page = specimen.scrape();
            new TreeMap<>(page.types()).forEach((name, type) -> {
                if (!name.startsWith("letterbox_") && !name.startsWith("kafka_")) return;
                rows.add("| `" + name + "` | " + type + " | " + labels(page, name) + " | "
                        + page.help().get(name) + " |");
            });
        }
        return rows;
    }

    private static String labels(Exposition page, String name) {
        boolean histogram = page.types().get(name).equals("histogram");
        TreeSet<String> labels = new TreeSet<>();
        for (Exposition.Sample sample : page.samples()) {
            String family = histogram ? sample.name().replaceAll("_(bucket|sum|count)$", "") : sample.name();
            if (family.equals(name)) labels.addAll(sample.labels().keySet());
        }
        labels.remove("le");
        return String.join(", ", labels);
    }
}

package io.letterbox.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The dashboard and the alert rules under {@code conf/} use only metrics and labels that are exported. */
class WatchFilesTest {
    private static final Path DASHBOARD = Path.of("conf", "grafana-dashboard.json");
    private static final Path ALERTS = Path.of("conf", "prometheus-alerts.yml");
    private static final Pattern WORD = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*(?=(\\s*\\()?)");
    private static final Set<String> KEYWORDS = Set.of("and", "or", "unless", "bool", "offset", "Inf", "NaN");

    /** The labels and metrics that Prometheus itself adds. */
    private static final Set<String> OF_PROMETHEUS =
            Set.of("up", "scrape_samples_scraped", "scrape_duration_seconds", "instance", "job");

    private static final Pattern MATCHED = Pattern.compile("(letterbox_\\w+)\\{([^}]*)}");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");

    private final Specimen specimen = new Specimen();
    private final Set<String> names = new HashSet<>(OF_PROMETHEUS);
    private final Set<String> labels = new HashSet<>(OF_PROMETHEUS);
    private List<Exposition.Sample> samples;
    private Vertx vertx;

    @BeforeEach
    void export() throws Exception {
        vertx = ProcessMetrics.meter(Vertx.builder(), new VertxOptions().setEventLoopPoolSize(1), specimen.registry)
                .build();
        vertx.executeBlocking(() -> 1).await(30, TimeUnit.SECONDS);
        samples = specimen.scrape().samples();
        samples.forEach(sample -> {
            names.add(sample.name());
            labels.addAll(sample.labels().keySet());
        });
        // The summary exists after the first garbage collection; the name is Micrometer's.
        names.add("jvm_gc_pause_seconds_sum");
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(30, TimeUnit.SECONDS);
        specimen.close();
    }

    @Test
    void theDashboardNamesOnlyWhatIsExported() throws IOException {
        JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());
        List<String> expressions = dashboard.findValuesAsText("expr");
        assertThat(expressions).hasSizeGreaterThan(30);
        expressions.forEach(this::check);
        for (JsonNode variable : dashboard.path("templating").path("list")) {
            if (!variable.path("type").asText().equals("query")) continue;
            Matcher query = Pattern.compile("label_values\\((\\w+), (\\w+)\\)")
                    .matcher(variable.path("query").path("query").asText());
            assertThat(query.matches()).as(variable.toString()).isTrue();
            assertThat(names).contains(query.group(1));
            assertThat(labels).contains(query.group(2));
        }
    }

    @Test
    void theDashboardsPanelsDoNotOverlapAndSayWhatTheyShow() throws IOException {
        Set<String> cells = new HashSet<>();
        Set<Integer> ids = new HashSet<>();
        for (JsonNode panel : new ObjectMapper().readTree(DASHBOARD.toFile()).path("panels")) {
            assertThat(panel.path("title").asText()).isNotBlank();
            assertThat(ids.add(panel.path("id").asInt()))
                    .as("id of " + panel.path("title"))
                    .isTrue();
            JsonNode at = panel.path("gridPos");
            assertThat(at.path("x").asInt() + at.path("w").asInt()).isLessThanOrEqualTo(24);
            for (int x = 0; x < at.path("w").asInt(); x++) {
                for (int y = 0; y < at.path("h").asInt(); y++) {
                    String cell =
                            (at.path("x").asInt() + x) + "," + (at.path("y").asInt() + y);
                    assertThat(cells.add(cell))
                            .as(panel.path("title") + " at " + cell)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void theAlertRulesNameOnlyWhatIsExported() throws IOException {
        JsonNode rules =
                new ObjectMapper(new YAMLFactory()).readTree(ALERTS.toFile()).at("/groups/0/rules");
        Set<String> alerts = new TreeSet<>();
        for (JsonNode rule : rules) {
            assertThat(alerts.add(rule.path("alert").asText()))
                    .as("name of " + rule)
                    .isTrue();
            check(rule.path("expr").asText());
            assertThat(rule.at("/labels/severity").asText()).isIn("page", "ticket");
            assertThat(rule.at("/annotations/summary").asText()).isNotBlank();
            assertThat(rule.at("/annotations/description").asText()).isNotBlank();
        }
        assertThat(alerts)
                .contains(
                        "LetterboxNotReady",
                        "LetterboxDiskBelowReserve",
                        "LetterboxFsyncSlow",
                        "LetterboxPartitionQuarantined",
                        "LetterboxStalledSubscribers",
                        "LetterboxGapEvents",
                        "LetterboxServerErrors",
                        "LetterboxLimitNear",
                        "LetterboxThreadBlocked",
                        "LetterboxRestartLoop",
                        "LetterboxConsumerLag",
                        "LetterboxHousekeepingStopped",
                        "LetterboxCompactionStopped",
                        "LetterboxTransactionOpen",
                        "LetterboxWallClockUnconfirmed",
                        "LetterboxCodecMissing",
                        "LetterboxKafkaServerErrors",
                        "LetterboxShardWithoutLeader",
                        "LetterboxBelowMinInSync",
                        "LetterboxReplicaBehind",
                        "LetterboxNodeMissing",
                        "LetterboxClocksApart");
    }

    /** A metric that no dashboard or rule uses need not be counted. */
    @Test
    void everythingThatIsExportedIsShownSomewhere() throws IOException {
        String dashboard = Files.readString(DASHBOARD);
        String alerts = Files.readString(ALERTS);
        for (String name : names) {
            if (!name.startsWith("letterbox_") && !name.startsWith("kafka_")) continue;
            String family = name.replaceAll("_(bucket|sum|count)$", "");
            assertThat(dashboard.contains(family) || alerts.contains(family))
                    .as(name)
                    .isTrue();
        }
    }

    /**
     * Parses an expression: names in matchers and groupings are labels, other names that are not functions are metrics.
     */
    private void check(String expression) {
        assertThat(expression).isNotBlank();
        Matcher matchers = Pattern.compile("\\{([^}]*)}").matcher(expression);
        while (matchers.find()) {
            Matcher label =
                    Pattern.compile("(\\w+)\\s*(=~|!~|!=|=)\\s*\"[^\"]*\"").matcher(matchers.group(1));
            while (label.find()) assertThat(labels).as(expression).contains(label.group(1));
        }
        Matcher groupings = Pattern.compile("\\b(?:by|without|on|ignoring)\\s*\\(([^)]*)\\)")
                .matcher(expression);
        while (groupings.find()) {
            assertThat(labels).as(expression).contains(groupings.group(1).split("\\s*,\\s*"));
        }
        checkValues(expression);
        assertThat(expression.chars().filter(c -> c == '(').count())
                .as(expression)
                .isEqualTo(expression.chars().filter(c -> c == ')').count());
        String bare = expression
                .replaceAll("\\boffset\\s+\\w+", " ")
                .replaceAll("\\{[^}]*}", " ")
                .replaceAll("\\[[^]]*]", " ")
                .replaceAll("\\b(by|without|on|ignoring)\\s*\\([^)]*\\)", " ");
        Matcher word = WORD.matcher(bare);
        int metrics = 0;
        while (word.find()) {
            if (word.group(1) != null || KEYWORDS.contains(word.group())) continue;
            assertThat(names).as(expression).contains(word.group());
            metrics++;
        }
        assertThat(metrics).as("metrics in " + expression).isPositive();
    }

    /** Checks the values in matchers: a rule with a value that no series has never fires. */
    private void checkValues(String expression) {
        Matcher matched = MATCHED.matcher(expression);
        while (matched.find()) {
            Matcher matcher = MATCHER.matcher(matched.group(2));
            while (matcher.find()) {
                String label = matcher.group(1);
                String value = matcher.group(3);
                boolean chosen = matcher.group(2).startsWith("=") && !value.startsWith("$");
                if (!chosen || OF_PROMETHEUS.contains(label)) continue;
                Pattern wanted = Pattern.compile(matcher.group(2).equals("=") ? Pattern.quote(value) : value);
                assertThat(samples)
                        .as(label + " in " + expression)
                        .anyMatch(sample -> sample.name().equals(matched.group(1))
                                && wanted.matcher(sample.labels().getOrDefault(label, ""))
                                        .matches());
            }
        }
    }
}

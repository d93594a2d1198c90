package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server exports the metrics that the page about metrics describes. */
class MetricsIT {
    private static final Path PAGE = Path.of("docs", "metrics.md");

    @TempDir
    Path directory;

    @Test
    void allIsDocumentedAndNothingIsLimitedInSilence() throws IOException {
        try (ServerProcess server = ServerProcess.in(directory).start()) {
            TestClient client = new TestClient(server.base());
            client.create("orders", 3, Map.of());
            client.publish("orders", "one", null);
            String metrics = server.page("/metrics");
            String page = Files.readString(PAGE);
            Set<String> names = found("# TYPE ((?:letterbox|kafka)_\\w+) ", metrics);
            assertThat(names).hasSizeGreaterThan(30);
            assertThat(names).allSatisfy(name -> assertThat(page).contains("| `" + name + "` |"));
            Set<String> limits = found("letterbox_limit\\{name=\"([^\"]+)\"}", metrics);
            assertThat(limits).isEqualTo(found("\n\\* `([a-zA-Z.-]+)`", page));
            assertThat(found("letterbox_limit_used\\{name=\"([^\"]+)\"}", metrics))
                    .isEqualTo(limits);
            assertThat(client.metric("letterbox_limit_used{name=\"limits.partitions\"}"))
                    .isEqualTo(3);
            assertThat(client.metric("letterbox_limit_used{name=\"descriptors\"}"))
                    .isPositive();
            assertThat(found("letterbox_thread_blocked_seconds\\{thread=\"([^\"]+)\"}", metrics))
                    .contains("event-loop-0", "acceptor", "shard-0", "metadata", "topic-patterns");
        }
    }

    @Test
    void thousandsOfPartitionsNeedNotHaveSeriesEach() {
        try (ServerProcess server =
                ServerProcess.in(directory).set("metrics.partitions", false).start()) {
            new TestClient(server.base()).create("orders", 20, Map.of());
            String metrics = server.page("/metrics");
            assertThat(metrics)
                    .doesNotContain("partition=\"")
                    .contains("kafka_topic_partition_current_offset{topic=\"orders\"} 0.0");
        }
    }

    private static Set<String> found(String pattern, String in) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = Pattern.compile(pattern).matcher(in);
        while (matcher.find()) found.add(matcher.group(1));
        return found;
    }
}

package io.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StatusCommandTest {
    private static final String TOPICS =
            "\"topics\":[{\"name\":\"a\",\"partitions\":3,\"records\":10,\"sizeBytes\":1024},"
                    + "{\"name\":\"__consumer_offsets\",\"partitions\":16,\"records\":99,\"sizeBytes\":1024}]";
    private static final String READY =
            "{\"version\":\"1.2.3\",\"health\":{\"status\":\"ready\",\"warnings\":[{\"code\":\"x\",\"detail\":\"Look"
                    + " here.\"}]},"
                    + TOPICS + "}";
    private static final String METRICS = String.join(
            "\n",
            "# HELP letterbox_disk_free_bytes Free.",
            "letterbox_disk_free_bytes 1.073741824E9",
            "letterbox_disk_reserve_bytes 1048576.0",
            "letterbox_http_connections 90.0",
            "letterbox_kafka_connections 1.0",
            "letterbox_sse_connections 7.0",
            "letterbox_limit{name=\"http.maxConnections\"} 100.0",
            "letterbox_limit{name=\"kafka.maxConnections\"} 100.0",
            "letterbox_limit{name=\"limits.groupBytes\"} 100.0",
            "letterbox_limit{name=\"descriptors\"} 1000.0",
            "letterbox_limit_used{name=\"http.maxConnections\"} 90.0",
            "letterbox_limit_used{name=\"kafka.maxConnections\"} 1.0",
            "letterbox_limit_used{name=\"limits.groupBytes\"} 81.0",
            "letterbox_limit_used{name=\"descriptors\"} 900.0",
            "");

    private final FakeServer server = new FakeServer();
    private final Screen screen = new Screen();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void showsAllOnOneScreen() {
        server.answer(200, READY).answer(200, METRICS);

        assertThat(status()).isEqualTo(ExitCode.OK);
        assertThat(screen.out().lines())
                .containsExactly(
                        "Letterbox   1.2.3",
                        "Health      ready",
                        "Warning     Look here.",
                        "Topics      1, with 3 partitions and 10 records",
                        "Disk        2.0 KiB of logs, 1.0 GiB free, of which 1.0 MiB are kept in reserve",
                        "Connections HTTP 90, streams 7, Kafka 1",
                        "Near limit  http.maxConnections: 90 of 100",
                        "Near limit  limits.groupBytes: 81 of 100",
                        "Near limit  descriptors: 900 of 1000");
        assertThat(server.asked())
                .extracting(FakeServer.ReceivedRequest::line)
                .containsExactly("GET /console/api/overview", "GET /metrics");
    }

    @Test
    void givesThemToProgramsToo() {
        server.answer(200, READY).answer(200, METRICS);

        assertThat(status("--json")).isEqualTo(ExitCode.OK);
        assertThat(screen.out())
                .startsWith("{\"version\":\"1.2.3\",\"health\":{\"status\":\"ready\"")
                .contains("\"topics\":1", "\"diskFreeBytes\":1073741824", "\"what\":\"descriptors\"");
    }

    @Test
    void aServerThatIsNotReadyIsAFailure() {
        server.answer(
                        200,
                        "{\"version\":\"1\",\"health\":{\"status\":\"failed\",\"reason\":\"The disk"
                                + " failed.\",\"warnings\":[]},\"topics\":[]}")
                .answer(200, "\n");

        assertThat(status()).isEqualTo(ExitCode.FAILED);
        assertThat(screen.out()).contains("Health      failed: The disk failed.", "Limits      none is near");
    }

    private int status(String... arguments) {
        List<String> all = new ArrayList<>(List.of("status", "--server", server.url()));
        all.addAll(List.of(arguments));
        return Cli.run(all.toArray(String[]::new), config -> null, screen.terminal());
    }
}

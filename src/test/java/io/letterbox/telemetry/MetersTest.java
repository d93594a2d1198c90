package io.letterbox.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.PartitionStatus;
import io.letterbox.record.TopicPartition;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetersTest {
    /** Each of them has few values, or as many as the server's limits on topics and partitions allow. */
    private static final Set<String> BOUNDED_LABELS = Set.of(
            "topic",
            "partition",
            "door",
            "route",
            "status",
            "reason",
            "codec",
            "start",
            "le",
            "part",
            "api",
            "error",
            "name",
            "thread",
            "kind",
            "role",
            "shard",
            "node");

    private final Specimen specimen = new Specimen();
    private final Meters meters = specimen.meters;

    @AfterEach
    void close() {
        specimen.close();
    }

    @Test
    void countsWhatGoesInAndOutByTopicAndDoor() {
        meters.topic("orders").in(Door.HTTP, 2, 50);
        Exposition page = specimen.scrape();
        Map<String, String> http = Map.of("topic", "orders", "door", "http");
        assertThat(page.value("letterbox_records_in_total", http)).isEqualTo(5);
        assertThat(page.value("letterbox_bytes_in_total", http)).isEqualTo(350);
        Map<String, String> sse = Map.of("topic", "orders", "door", "sse");
        assertThat(page.value("letterbox_records_out_total", sse)).isEqualTo(6);
        assertThat(page.value("letterbox_bytes_out_total", sse)).isEqualTo(700);
    }

    @Test
    void sortsLatenciesByRouteAndClassOfStatus() {
        RouteMeter route = meters.route("GET /topics");
        route.record(400_000, 200);
        route.record(3_000_000_000L, 204);
        route.record(1, 503);
        route.record(1, 42);
        Exposition page = specimen.scrape();
        Map<String, String> good = Map.of("route", "GET /topics", "status", "2xx");
        String buckets = "letterbox_http_request_seconds_bucket";
        assertThat(page.value(buckets, Map.of("route", "GET /topics", "status", "2xx", "le", "5.0E-4")))
                .isEqualTo(1);
        assertThat(page.value(buckets, Map.of("route", "GET /topics", "status", "2xx", "le", "5.0")))
                .isEqualTo(2);
        assertThat(page.value("letterbox_http_request_seconds_sum", good)).isEqualTo(3.0004);
        assertThat(page.value("letterbox_http_request_seconds_count", Map.of("route", "GET /topics", "status", "5xx")))
                .isEqualTo(1);
        assertThat(page.value("letterbox_http_request_seconds_count", Map.of("route", "GET /topics", "status", "1xx")))
                .as("a status below 100 is not a reason to fail")
                .isEqualTo(1);
    }

    @Test
    void sortsLatenciesOfKafkaRequestsByApi() {
        meters.kafkaRequest("Produce").answered(400_000);
        meters.kafkaRequest("Produce").answered(3_000_000_000L);
        meters.kafkaRequest("Metadata").answered(1);
        Exposition page = specimen.scrape();
        Map<String, String> produce = Map.of("api", "Produce");
        assertThat(page.value("letterbox_kafka_request_seconds_count", produce)).isEqualTo(3);
        assertThat(page.value("letterbox_kafka_request_seconds_sum", produce)).isEqualTo(3.0024);
        assertThat(page.value("letterbox_kafka_connections", Map.of())).isEqualTo(7);
        assertThat(page.value("letterbox_limit", Map.of("name", "kafka.maxConnections")))
                .isEqualTo(10);
        assertThat(page.value("letterbox_limit_used", Map.of("name", "kafka.maxConnections")))
                .isEqualTo(7);
        assertThat(page.value("letterbox_kafka_silent_connections", Map.of())).isEqualTo(2);
        assertThat(page.value("letterbox_kafka_connections_turned_away_total", Map.of()))
                .isEqualTo(3);
    }

    @Test
    void aForgottenTopicHasNoSeriesAndAnOldHandleBeginsAnew() {
        TopicMeters old = meters.topic("orders");
        meters.forgetTopic("orders");
        assertThat(specimen.scrape().values("letterbox_records_in_total", Map.of("topic", "orders")))
                .isEmpty();
        old.in(Door.HTTP, 1, 10);
        meters.topic("orders").in(Door.HTTP, 1, 10);
        assertThat(specimen.scrape().value("letterbox_records_in_total", Map.of("topic", "orders")))
                .as("the old handle and the new one count into the same series")
                .isEqualTo(2);
    }

    @Test
    void partitionsComeAndGoWithWhatIsHosted() {
        Exposition page = specimen.scrape();
        Map<String, String> first = Map.of("topic", "orders", "partition", "0");
        assertThat(page.value("letterbox_log_size_bytes", first)).isEqualTo(4096);
        assertThat(page.value("kafka_topic_partition_oldest_offset", first)).isEqualTo(5);
        assertThat(page.value("kafka_topic_partition_current_offset", first)).isEqualTo(40);
        assertThat(page.value("letterbox_log_segments", first)).isEqualTo(2);
        assertThat(page.value("letterbox_quarantined_partitions", Map.of())).isEqualTo(1);
        assertThat(page.value("letterbox_partitions", Map.of())).isEqualTo(2);
        assertThat(page.value("letterbox_topics", Map.of())).isEqualTo(1);
        specimen.partitions.remove(new TopicPartition("orders", 0));
        assertThat(specimen.scrape().values("letterbox_log_size_bytes", first)).isEmpty();
    }

    @Test
    void whereThereAreNoSeriesForEachPartitionThoseOfATopicAreSummedUp() {
        try (Specimen summed = new Specimen(false)) {
            summed.partitions.put(
                    new TopicPartition("orders", 2), new PartitionStatus(1, 10, 9, 10, 500, 3, null, false));
            Exposition page = summed.scrape();
            Map<String, String> topic = Map.of("topic", "orders");
            assertThat(page.value("letterbox_log_size_bytes", topic)).isEqualTo(4596);
            assertThat(page.value("letterbox_log_segments", topic)).isEqualTo(6);
            assertThat(page.value("kafka_topic_partition_current_offset", topic))
                    .isEqualTo(50);
            assertThat(page.value("kafka_topic_partition_oldest_offset", topic)).isEqualTo(6);
            assertThat(page.value("kafka_consumergroup_lag_sum", topic)).isEqualTo(10);
            assertThat(page.value("kafka_consumergroup_group_max_lag_seconds", Map.of()))
                    .isEqualTo(1.5);
            assertThat(page.value("letterbox_undecided_records", Map.of())).isEqualTo(1);
            assertThat(page.samples()).noneMatch(sample -> sample.labels().containsKey("partition"));
        }
    }

    /** At 10,000 partitions every line per partition is a megabyte a minute. */
    @Test
    void noTwoSeriesOfAPartitionAreTheSame() {
        PartitionStatus status = new PartitionStatus(1009, 2003, 2003, 2003, 3001, 7, null, false);
        specimen.partitions.put(new TopicPartition("payments", 0), status);
        List<Double> values = specimen.scrape().samples().stream()
                .filter(sample -> "payments".equals(sample.labels().get("topic")))
                .map(Exposition.Sample::value)
                .toList();
        assertThat(values).containsExactlyInAnyOrder(1009.0, 2003.0, 3001.0, 7.0);
    }

    @Test
    void errorsAreCountedByStatusAndByCode() {
        Exposition page = specimen.scrape();
        assertThat(page.value("letterbox_http_errors_total", Map.of("status", "429")))
                .isEqualTo(1);
        assertThat(page.values("letterbox_http_errors_total", Map.of("status", "304")))
                .isEmpty();
        assertThat(page.value(
                        "letterbox_kafka_errors_total", Map.of("api", "Produce", "error", "UNKNOWN_SERVER_ERROR")))
                .isEqualTo(2);
    }

    @Test
    void housekeepingShowsWhatItTookAwayAndWhatItCouldNot() {
        TopicPartition partition = new TopicPartition("orders", 0);
        Exposition page = specimen.scrape();
        assertThat(page.value("letterbox_retention_deleted_records_total", Map.of()))
                .isEqualTo(20);
        assertThat(page.value("letterbox_retention_deleted_bytes_total", Map.of()))
                .isEqualTo(2000);
        assertThat(page.value("letterbox_open_transaction_seconds", Map.of())).isEqualTo(1.5);
        assertThat(page.value("letterbox_uncompacted_partitions", Map.of())).isEqualTo(1);
        assertThat(page.value("letterbox_compaction_age_seconds", Map.of())).isZero();
        meters.housekeeping().compactionBegan(partition);
        assertThat(specimen.scrape().value("letterbox_compaction_age_seconds", Map.of()))
                .isPositive();
        meters.housekeeping().compactionEnded(partition, true);
        meters.housekeeping().passFinished(0, 0);
        page = specimen.scrape();
        assertThat(page.value("letterbox_uncompacted_partitions", Map.of())).isZero();
        assertThat(page.value("letterbox_open_transaction_seconds", Map.of())).isZero();
        meters.housekeeping().stopped(0);
        assertThat(specimen.scrape().value("letterbox_housekeeping_age_seconds", Map.of()))
                .isZero();
    }

    @Test
    void groupsAreShownUnderTheNamesThatDashboardsKnow() {
        Exposition page = specimen.scrape();
        Map<String, String> labels = Map.of("consumergroup", "readers", "topic", "orders", "partition", "0");
        assertThat(page.value("kafka_consumergroup_current_offset", labels)).isEqualTo(30);
        assertThat(page.value("kafka_consumergroup_lag", labels)).isEqualTo(10);
        assertThat(page.value("kafka_consumergroup_group_lag_seconds", labels)).isEqualTo(1.5);
        assertThat(page.value("kafka_consumergroup_lag_sum", Map.of("consumergroup", "readers", "topic", "orders")))
                .isEqualTo(10);
        assertThat(page.value("kafka_consumergroup_members", Map.of("consumergroup", "readers")))
                .isEqualTo(2);
        assertThat(page.value("kafka_consumergroup_group_max_lag_seconds", Map.of("consumergroup", "readers")))
                .isEqualTo(1.5);
        Map<String, String> unknown = Map.of("consumergroup", "readers", "topic", "orders", "partition", "1");
        assertThat(page.values("kafka_consumergroup_lag", unknown)).isEmpty();
    }

    @Test
    void aNodeOfAClusterShowsWhatItSeesOfTheOthers() {
        Exposition page = specimen.scrape();
        assertThat(page.value("letterbox_cluster_nodes", Map.of())).isEqualTo(3);
        assertThat(page.value("letterbox_cluster_reachable_nodes", Map.of())).isEqualTo(2);
        assertThat(page.value("letterbox_cluster_bus_up", Map.of())).isEqualTo(1);
        assertThat(page.value("letterbox_cluster_bus_ends_total", Map.of())).isEqualTo(4);
        assertThat(page.value("letterbox_shards_leaderless", Map.of())).isEqualTo(1);
        assertThat(page.value("letterbox_leader_changes_total", Map.of())).isEqualTo(5);
        assertThat(page.value("letterbox_elections_total", Map.of())).isEqualTo(6);
        assertThat(page.value("letterbox_forwarded_request_failures_total", Map.of()))
                .isEqualTo(7);
        assertThat(page.value("letterbox_cluster_clock_ahead_seconds", Map.of("node", "2")))
                .isEqualTo(-1.5);
        Map<String, String> behind = Map.of("shard", "0", "node", "3");
        assertThat(page.value("letterbox_follower_lag_entries", behind)).isEqualTo(120);
        assertThat(page.value("letterbox_follower_lag_seconds", behind)).isEqualTo(14.5);
        assertThat(page.values("letterbox_follower_lag_seconds", Map.of("shard", "1")))
                .as("of a follower that has had nothing yet nobody can say since when")
                .isEmpty();
    }

    @Test
    void entriesAreCountedByRoleAndTimedWhereTheyAreLed() {
        Exposition page = specimen.scrape();
        assertThat(page.value("letterbox_replicated_entries_total", Map.of("role", "leader")))
                .isEqualTo(1);
        assertThat(page.value("letterbox_replicated_bytes_total", Map.of("role", "leader")))
                .isEqualTo(1200);
        assertThat(page.value("letterbox_replicated_bytes_total", Map.of("role", "follower")))
                .isEqualTo(700);
        assertThat(page.value("letterbox_replication_commit_seconds_sum", Map.of()))
                .isEqualTo(0.003);
    }

    @Test
    void aServerThatStandsAloneHasNoSeriesOfClusters() {
        PrometheusMeterRegistry registry = ProcessMetrics.newRegistry();
        new Meters(registry);
        assertThat(registry.scrape(TelemetryRoutes.TEXT))
                .doesNotContain("letterbox_cluster", "letterbox_replica", "letterbox_shards");
        registry.close();
    }

    @Test
    void groupsThatAreNotShownAreCounted() {
        meters.groups(List.of(), 7);
        assertThat(specimen.scrape().value("letterbox_unreported_groups", Map.of()))
                .isEqualTo(7);
    }

    @Test
    void theStateOfClientsIsShownBesideItsLimits() {
        Exposition page = specimen.scrape();
        Map<String, String> groups = Map.of("part", "groups");
        Map<String, String> setting = Map.of("name", "limits.groupBytes");
        assertThat(page.value("letterbox_limit_used", setting)).isEqualTo(5000);
        assertThat(page.value("letterbox_limit", setting)).isEqualTo(1 << 20);
        assertThat(page.value("letterbox_state_refused_total", groups)).isEqualTo(1);
        assertThat(page.value("letterbox_state_dropped_total", groups)).isEqualTo(3);
        assertThat(page.value("letterbox_limit_used", Map.of("name", "limits.producerBytes")))
                .isZero();
    }

    @Test
    void sseConnectionsRiseAndFall() {
        Exposition page = specimen.scrape();
        assertThat(page.value("letterbox_sse_connections", Map.of())).isEqualTo(2);
        assertThat(page.value("letterbox_sse_connects_total", Map.of("start", "cursor")))
                .isEqualTo(1);
        assertThat(page.value("letterbox_sse_disconnects_total", Map.of("reason", "max_age")))
                .isEqualTo(1);
        assertThat(page.value("letterbox_sse_stalled_subscribers", Map.of())).isEqualTo(1);
        meters.sse().stallEnded();
        assertThat(specimen.scrape().value("letterbox_sse_stalled_subscribers", Map.of()))
                .isZero();
    }

    @Test
    void everyNameFollowsTheConventions() {
        Exposition page = specimen.scrape();
        page.types().forEach((name, type) -> {
            assertThat(page.help().get(name)).as("help of " + name).isNotBlank();
            if (!name.startsWith("letterbox_")) return;
            assertThat(page.help().get(name)).as("help of " + name).endsWith(".");
            assertThat(name.endsWith("_total")).as(name + " is a " + type).isEqualTo(type.equals("counter"));
            assertThat(name).matches("[a-z]+(_[a-z]+)+").doesNotContainPattern("_(ms|millis|nanos|kib|mib|kb|mb)(_|$)");
            if (type.equals("histogram")) assertThat(name).matches(".*_(seconds|bytes|batches|records)");
        });
        assertThat(page.types()).hasSizeGreaterThan(40);
    }

    @Test
    void noLabelCanGrowWithoutBound() {
        for (Exposition.Sample sample : specimen.scrape().samples()) {
            if (!sample.name().startsWith("letterbox_")) continue;
            assertThat(BOUNDED_LABELS)
                    .as(sample.toString())
                    .containsAll(sample.labels().keySet());
            long buckets = sample.labels().containsKey("le") ? 1 : 0;
            assertThat(sample.labels().size() - buckets).as(sample.toString()).isLessThanOrEqualTo(2);
        }
    }
}

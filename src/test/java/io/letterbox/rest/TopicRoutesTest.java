package io.letterbox.rest;

import static io.letterbox.rest.TestDoor.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopicRoutesTest {
    private TestDoor door;

    @BeforeEach
    void open() {
        door = new TestDoor();
    }

    @AfterEach
    void close() {
        door.close();
    }

    private static void refused(HttpResponse<String> response, int status, String code) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
        JsonNode problem = json(response);
        assertThat(problem.path("code").asText()).isEqualTo(code);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("type").asText()).startsWith("urn:letterbox:problem:");
        assertThat(problem.path("detail").asText()).isNotEmpty();
    }

    @Test
    void creatingIsSafeToRepeat() {
        String spec = "{\"partitions\":3,\"config\":{\"retention.ms\":1000}}";
        HttpResponse<String> created = door.method("PUT", "/topics/t", spec);
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(created.headers().firstValue("location")).hasValue("t");
        assertThat(door.method("PUT", "/topics/t", spec).statusCode()).isEqualTo(200);
        refused(door.method("PUT", "/topics/t", "{\"partitions\":4}"), 409, "TOPIC_EXISTS");
        refused(door.method("PUT", "/topics/t", "{}"), 409, "TOPIC_EXISTS");
        assertThat(door.method("PUT", "/topics/u", null).statusCode()).isEqualTo(201);
        assertThat(door.method("PUT", "/topics/u", "{}").statusCode()).isEqualTo(200);
    }

    @Test
    void aTopicIsDescribed() {
        door.method("PUT", "/topics/t", "{\"partitions\":2,\"config\":{\"retention.ms\":\"1000\"}}");
        door.post("/topics/t?partition=1", null, "x");
        JsonNode topic = json(door.get("/topics/t"));
        assertThat(topic.path("partitions")).hasSize(2);
        JsonNode partition = topic.path("partitions").get(1);
        assertThat(partition.path("highWatermark").asInt()).isEqualTo(1);
        assertThat(partition.path("logStartOffset").asInt(-1)).isZero();
        assertThat(partition.path("leader").asInt()).isEqualTo(1);
        assertThat(partition.path("isr").toString()).isEqualTo("[1]");
        assertThat(partition.path("sizeBytes").asInt()).isPositive();
        JsonNode setting = topic.path("config").path("retention.ms");
        assertThat(setting.path("value").asText()).isEqualTo("1000");
        assertThat(setting.path("source").asText()).isEqualTo("topic");
        assertThat(topic.path("config").path("flush").path("source").asText()).isEqualTo("default");
        JsonNode listed = json(door.get("/topics")).path("topics").get(0);
        assertThat(listed.path("name").asText()).isEqualTo("t");
        assertThat(listed.path("records").asInt()).isEqualTo(1);
        HttpResponse<String> head = door.method("HEAD", "/topics/t", null);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void aTopicIsChanged() {
        door.method("PUT", "/topics/t", "{\"config\":{\"retention.ms\":1000,\"segment.ms\":5000}}");
        HttpResponse<String> changed = door.method(
                "PATCH",
                "/topics/t",
                "{\"partitions\":2,\"config\":{\"retention.ms\":null,\"cleanup.policy\":\"compact\"}}");
        assertThat(changed.statusCode()).isEqualTo(200);
        JsonNode topic = json(changed);
        assertThat(topic.path("partitions")).hasSize(2);
        assertThat(topic.path("config").path("retention.ms").path("source").asText())
                .isEqualTo("default");
        assertThat(topic.path("config").path("cleanup.policy").path("value").asText())
                .isEqualTo("compact");
        assertThat(topic.path("config").path("segment.ms").path("value").asText())
                .isEqualTo("5000");
        refused(door.method("PATCH", "/topics/t", "{\"partitions\":1}"), 400, "INVALID_PARTITIONS");
        refused(door.method("PATCH", "/topics/t", "{\"replicationFactor\":2}"), 400, "INVALID_REPLICATION_FACTOR");
        refused(door.method("PATCH", "/topics/none", "{}"), 404, "UNKNOWN_TOPIC");
    }

    @Test
    void aTopicIsDeleted() {
        door.method("PUT", "/topics/t", null);
        assertThat(door.method("DELETE", "/topics/t", null).statusCode()).isEqualTo(204);
        refused(door.get("/topics/t"), 404, "UNKNOWN_TOPIC");
        refused(door.method("DELETE", "/topics/t", null), 404, "UNKNOWN_TOPIC");
    }

    @Test
    void whatIsNotUnderstoodIsRefused() {
        refused(door.method("PUT", "/topics/t", "{"), 400, "INVALID_REQUEST");
        refused(door.method("PUT", "/topics/t", "[]"), 400, "INVALID_REQUEST");
        refused(door.method("PUT", "/topics/t", "{} {}"), 400, "INVALID_REQUEST");
        refused(door.method("PUT", "/topics/t", "[".repeat(5_000)), 400, "INVALID_REQUEST");
        refused(door.method("PUT", "/topics/t", "{\"partition\":1}"), 400, "INVALID_REQUEST");
        refused(door.method("PUT", "/topics/t", "{\"partitions\":0}"), 400, "INVALID_PARTITIONS");
        refused(door.method("PUT", "/topics/t", "{\"partitions\":\"1\"}"), 400, "INVALID_PARTITIONS");
        refused(door.method("PUT", "/topics/t", "{\"config\":{\"retention.m\":1}}"), 400, "INVALID_CONFIG");
        refused(door.method("PUT", "/topics/t", "{\"config\":{\"retention.ms\":[]}}"), 400, "INVALID_CONFIG");
        refused(door.method("PUT", "/topics/t?x=1", "{}"), 400, "INVALID_REQUEST");
        refused(door.method("PUT", "/topics/t", " ".repeat(100_000)), 413, "REQUEST_TOO_LARGE");
        refused(door.method("PUT", "/topics/__transaction_state", "{}"), 400, "INVALID_TOPIC");
        refused(door.method("PUT", "/topics/a%20b", "{}"), 400, "INVALID_TOPIC");
        assertThat(door.storage.metadata().image().topics()).isEmpty();
    }

    @Test
    void theClusterIsDescribed() {
        JsonNode cluster = json(door.get("/cluster"));
        assertThat(cluster.path("clusterId").asText()).isEqualTo("test-cluster");
        assertThat(cluster.path("nodes").get(0).path("id").asInt()).isEqualTo(1);
        assertThat(json(door.get("/openapi.json")).path("openapi").asText()).startsWith("3.1");
    }

    /** Resolves references by RFC 3986, section 5.2, as clients do; a proxy may have added the prefix /letterbox. */
    @Test
    void aNewTopicsLocationHoldsBelowAnyPath() {
        for (String asked : List.of("/topics/n", "/topics/n/", "/topics/%6e", "/topics/./n", "/letterbox/topics/n")) {
            URI base = URI.create("http://h.example" + asked);
            assertThat(base.resolve(TopicRoutes.location(asked, "n"))
                            .normalize()
                            .getPath())
                    .as(asked)
                    .isEqualTo(asked.startsWith("/letterbox") ? "/letterbox/topics/n" : "/topics/n");
        }
    }
}

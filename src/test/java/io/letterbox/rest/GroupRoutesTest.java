package io.letterbox.rest;

import static io.letterbox.rest.TestDoor.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.access.Principal;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GroupRoutesTest {
    private static final TopicPartition ZERO = new TopicPartition("topic", 0);

    private TestDoor door;

    @BeforeEach
    void open() {
        door = new TestDoor();
        door.storage.createTopic(TopicName.CONSUMER_OFFSETS, 1, Map.of());
        door.storage.createTopic("topic", 2, Map.of());
        for (int record = 0; record < 10; record++) {
            door.storage.publish(ZERO, 1000L + record, null, "x".getBytes(StandardCharsets.UTF_8));
        }
    }

    @AfterEach
    void close() {
        door.close();
    }

    private static void refused(HttpResponse<String> response, int status, String code) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(json(response).path("code").asText()).isEqualTo(code);
    }

    private HttpResponse<String> put(String group, String body) {
        return door.method("PUT", "/groups/" + group + "/offsets", body);
    }

    private long set(String group, String entry) {
        HttpResponse<String> response = put(group, "{\"offsets\":[" + entry + "]}");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response).path("offsets").get(0).path("offset").asLong();
    }

    @Test
    void aGroupThatNobodyReadsForShowsHowFarItIsBehind() {
        assertThat(set("g", "{\"topic\":\"topic\",\"partition\":0,\"offset\":4,\"metadata\":\"by hand\"}"))
                .isEqualTo(4);
        JsonNode group = json(door.get("/groups/g"));
        assertThat(group.path("state").asText()).isEqualTo("Empty");
        assertThat(group.path("type").asText()).isEqualTo("classic");
        assertThat(group.path("lag").asInt()).isEqualTo(6);
        assertThat(group.path("members")).isEmpty();
        JsonNode offset = group.path("offsets").get(0);
        assertThat(offset.path("offset").asInt()).isEqualTo(4);
        assertThat(offset.path("highWatermark").asInt()).isEqualTo(10);
        assertThat(offset.path("lag").asInt()).isEqualTo(6);
        assertThat(offset.path("metadata").asText()).isEqualTo("by hand");
        assertThat(offset.path("memberId").isNull()).isTrue();
        // The fifth record has the timestamp 1004.
        double seconds = offset.path("lagSeconds").asDouble();
        assertThat(seconds).isBetween(System.currentTimeMillis() / 1000.0 - 100, System.currentTimeMillis() / 1000.0);
        assertThat(group.path("lagSeconds").asDouble()).isEqualTo(seconds);
        JsonNode listed = json(door.get("/groups")).path("groups").get(0);
        assertThat(listed.path("group").asText()).isEqualTo("g");
        assertThat(listed.path("lag").asInt()).isEqualTo(6);
        assertThat(listed.path("topics").toString()).isEqualTo("[\"topic\"]");
    }

    @Test
    void manyGroupsAreListedWholeOrInPages() {
        for (int number = 1000; number < 1300; number++) {
            set("Group" + number, "{\"topic\":\"topic\",\"partition\":0,\"offset\":4}");
        }
        assertThat(groups(json(door.get("/groups")))).hasSize(300).isSorted();
        assertThat(json(door.get("/groups")).has("next")).isFalse();

        List<String> paged = new ArrayList<>();
        String next = "";
        int pages = 0;
        while (next != null) {
            JsonNode page = json(door.get("/groups?limit=70" + (next.isEmpty() ? "" : "&after=" + next)));
            paged.addAll(groups(page));
            next = page.path("next").textValue();
            pages++;
        }
        assertThat(pages).isEqualTo(5);
        assertThat(paged).hasSize(300).isSorted().doesNotHaveDuplicates();

        assertThat(groups(json(door.get("/groups?limit=20&search=group123")))).hasSize(10);
        assertThat(groups(json(door.get("/groups?search=group123")))).hasSize(10);
        assertThat(groups(json(door.get("/groups?search=nobody")))).isEmpty();
        refused(door.get("/groups?limit=0"), 400, "INVALID_REQUEST");
    }

    private static List<String> groups(JsonNode answer) {
        List<String> ids = new ArrayList<>();
        answer.path("groups").forEach(group -> ids.add(group.path("group").asText()));
        return ids;
    }

    @Test
    void aGroupThatIsUpToDateIsNotBehind() {
        set("g", "{\"topic\":\"topic\",\"partition\":0,\"to\":\"latest\"}");
        JsonNode group = json(door.get("/groups/g"));
        assertThat(group.path("lag").asInt(-1)).isZero();
        assertThat(group.path("lagSeconds").asDouble(-1)).isZero();
    }

    @Test
    void offsetsGoWhereTheyAreWanted() {
        assertThat(set("g", "{\"topic\":\"topic\",\"partition\":0,\"to\":\"latest\"}"))
                .isEqualTo(10);
        assertThat(set("g", "{\"topic\":\"topic\",\"partition\":0,\"shift\":-3}"))
                .isEqualTo(7);
        assertThat(set("g", "{\"shift\":-1}")).isEqualTo(6);
        assertThat(set("g", "{\"topic\":\"topic\",\"shift\":1000}")).isEqualTo(10);
        assertThat(set("g", "{\"shift\":" + Long.MIN_VALUE + "}")).isZero();
        assertThat(set("g", "{\"shift\":" + Long.MAX_VALUE + "}")).isEqualTo(10);
        assertThat(set("g", "{\"to\":\"1970-01-01T00:00:01.005Z\"}")).isEqualTo(5);
        door.storage.deleteRecordsBefore(ZERO, 2);
        assertThat(set("g", "{\"to\":\"earliest\"}")).isEqualTo(2);
        JsonNode both = json(put("g", "{\"offsets\":[{\"topic\":\"topic\",\"to\":\"latest\"}]}"))
                .path("offsets");
        assertThat(both).hasSize(2);
        assertThat(both.get(0).path("before").asInt()).isEqualTo(2);
        assertThat(both.get(1).path("before").isNull()).isTrue();
        assertThat(both.get(1).path("offset").asInt(-1)).isZero();
    }

    @Test
    void aRehearsalChangesNothing() {
        set("g", "{\"topic\":\"topic\",\"partition\":0,\"offset\":4}");
        HttpResponse<String> response =
                door.method("PUT", "/groups/g/offsets?dryRun=true", "{\"offsets\":[{\"to\":\"latest\"}]}");
        assertThat(json(response).path("offsets").get(0).path("offset").asInt()).isEqualTo(10);
        assertThat(json(door.get("/groups/g"))
                        .path("offsets")
                        .get(0)
                        .path("offset")
                        .asInt())
                .isEqualTo(4);
    }

    @Test
    void whatIsWrongIsSaid() {
        refused(put("g", "{}"), 400, "INVALID_REQUEST");
        refused(put("g", "{\"offsets\":[]}"), 400, "INVALID_REQUEST");
        refused(put("g", "{\"offsets\":[{\"topic\":\"topic\"}]}"), 400, "INVALID_REQUEST");
        refused(put("g", "{\"offsets\":[{\"topic\":\"topic\",\"offset\":1}]}"), 400, "INVALID_REQUEST");
        refused(put("g", "{\"offsets\":[{\"to\":\"latest\",\"shift\":1}]}"), 400, "INVALID_REQUEST");
        refused(put("g", "{\"offsets\":[{\"to\":\"yesterday\"}]}"), 400, "INVALID_REQUEST");
        refused(put("g", "{\"offsets\":[{\"to\":\"latest\",\"other\":1}]}"), 400, "INVALID_REQUEST");
        refused(put("g", "{\"offsets\":[{\"topic\":\"none\",\"to\":\"latest\"}]}"), 404, "UNKNOWN_TOPIC");
        String beyond = "{\"offsets\":[{\"topic\":\"topic\",\"partition\":0,\"offset\":11}]}";
        refused(put("g", beyond), 416, "OFFSET_OUT_OF_RANGE");
        refused(
                put("g", "{\"offsets\":[{\"topic\":\"topic\",\"partition\":2,\"offset\":0}]}"),
                404,
                "UNKNOWN_PARTITION");
        refused(put("g", "{\"offsets\":[{\"topic\":\"topic\",\"partition\":1,\"shift\":1}]}"), 400, "INVALID_REQUEST");
        refused(door.get("/groups/g"), 404, "UNKNOWN_GROUP");
        refused(door.method("DELETE", "/groups/g", null), 404, "UNKNOWN_GROUP");
        refused(door.method("DELETE", "/groups/g/offsets", null), 404, "UNKNOWN_GROUP");
    }

    @Test
    void aGroupWithMembersIsLeftAlone() {
        List<String> ids = door.groups.coordinator().stable("busy", 2);
        assertThat(door.groups.coordinator().commit("busy", ids.get(0), 1, 5)).isEqualTo(Errors.NONE);
        String latest = "{\"offsets\":[{\"topic\":\"topic\",\"to\":\"latest\"}]}";
        refused(put("busy", latest), 409, "GROUP_NOT_EMPTY");
        refused(door.method("DELETE", "/groups/busy", null), 409, "GROUP_NOT_EMPTY");
        refused(door.method("DELETE", "/groups/busy/offsets", null), 409, "GROUP_NOT_EMPTY");
        JsonNode group = json(door.get("/groups/busy"));
        assertThat(group.path("members")).hasSize(2);
        assertThat(group.path("members").get(0).path("host").asText()).isEqualTo("127.0.0.1");
        assertThat(group.path("offsets").get(0).path("offset").asInt()).isEqualTo(5);
        refused(
                put("busy", "{\"memberId\":\"nobody\",\"offsets\":[{\"topic\":\"topic\",\"to\":\"latest\"}]}"),
                409,
                "UNKNOWN_MEMBER");
        refused(
                put(
                        "busy",
                        "{\"memberId\":\"" + ids.get(0) + "\",\"offsets\":[{\"topic\":\"topic\",\"to\":\"latest\"}]}"),
                409,
                "NOT_ASSIGNED");
    }

    @Test
    void offsetsAreForgottenOneByOneAndAllTogether() {
        put("g", "{\"offsets\":[{\"topic\":\"topic\",\"to\":\"latest\"}]}");
        assertThat(door.method("DELETE", "/groups/g/offsets?topic=topic&partition=1", null)
                        .statusCode())
                .isEqualTo(204);
        assertThat(json(door.get("/groups/g")).path("offsets")).hasSize(1);
        refused(door.method("DELETE", "/groups/g/offsets?partition=1", null), 400, "INVALID_REQUEST");
        assertThat(door.method("DELETE", "/groups/g/offsets?topic=other", null).statusCode())
                .isEqualTo(204);
        assertThat(door.method("DELETE", "/groups/g/offsets", null).statusCode())
                .isEqualTo(204);
        assertThat(json(door.get("/groups/g")).path("offsets")).isEmpty();
        assertThat(door.method("DELETE", "/groups/g", null).statusCode()).isEqualTo(204);
        refused(door.get("/groups/g"), 404, "UNKNOWN_GROUP");
    }

    @Test
    void theCoordinatorIsAskedInTheNameOfTheClient() {
        set("g", "{\"topic\":\"topic\",\"partition\":0,\"offset\":4}");
        door.get("/groups/g");
        door.get("/groups");
        door.get("/groups?limit=1");
        door.method("DELETE", "/groups/g/offsets", null);
        door.method("DELETE", "/groups/g", null);
        assertThat(door.groups.principals()).containsExactly(Principal.ANONYMOUS);
    }
}

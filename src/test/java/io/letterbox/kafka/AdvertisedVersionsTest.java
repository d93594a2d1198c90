package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

/**
 * The advertised versions are a promise, so they are written here a second time: a new version of kafka-clients, or a
 * handler that is removed, cannot change them unnoticed. They are also compared with the schemas of kafka-clients.
 */
class AdvertisedVersionsTest {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();

    /** By API: the first and the last version. Produce and JoinGroup begin at 0 because librdkafka checks that. */
    private static final String TABLE =
            """
            0:0-13 1:4-18 2:1-11 3:0-13 8:2-10 9:1-10 10:0-6 11:0-9 12:0-4 13:0-5 14:0-5 15:0-6 16:0-5 17:0-1 18:0-4 \
            19:2-7 20:1-6 21:0-2 22:0-5 23:2-4 24:0-5 25:0-4 26:0-5 27:1-2 28:0-5 29:1-3 30:1-3 31:1-3 32:1-4 33:0-2 \
            34:1-2 35:1-5 36:0-2 37:0-3 38:1-3 39:1-2 40:1-2 41:1-3 42:0-2 43:0-2 44:0-1 45:0-1 46:0-0 47:0-0 48:0-1 \
            49:0-1 50:0-0 51:0-0 55:0-2 57:0-2 60:0-2 61:0-0 64:0-0 65:0-0 66:0-2 68:0-1 69:0-1 74:0-1 75:0-0 76:1-1 \
            77:1-1 78:1-2 79:1-2 80:0-1 81:0-0 88:0-0 89:0-0 90:0-1 91:0-0 92:0-0""";

    @Test
    void whatIsAdvertisedIsWhatIsWrittenDown() {
        assertThat(advertised().entrySet().stream()
                        .map(entry -> entry.getKey() + ":" + entry.getValue())
                        .collect(Collectors.joining(" ")))
                .isEqualTo(TABLE);
    }

    @Test
    void everythingThatIsAdvertisedIsInTheSchemasAndStable() throws IOException {
        for (Map.Entry<Integer, String> entry : advertised().entrySet()) {
            ApiKeys api = ApiKeys.forId(entry.getKey());
            JsonNode schema = schema(api);
            String[] valid = schema.get("validVersions").asText().split("-");
            int last = Integer.parseInt(valid[valid.length - 1]);
            int stable = schema.path("latestVersionUnstable").asBoolean() ? last - 1 : last;
            String[] ours = entry.getValue().split("-");
            // Produce is advertised from a version on that is not served (KIP-896).
            int first = api == ApiKeys.PRODUCE ? 0 : Integer.parseInt(valid[0]);
            assertThat(Integer.parseInt(ours[0])).as("first of %s", api).isGreaterThanOrEqualTo(first);
            assertThat(Integer.parseInt(ours[1])).as("last of %s", api).isLessThanOrEqualTo(stable);
            assertThat(schema.get("apiKey").asInt()).isEqualTo(entry.getKey());
        }
    }

    private static JsonNode schema(ApiKeys api) throws IOException {
        String name = "/common/message/" + api.name + "Request.json";
        try (InputStream file = ApiKeys.class.getResourceAsStream(name)) {
            assertThat(file).as(name).isNotNull();
            return JSON.readTree(file);
        }
    }

    private static Map<Integer, String> advertised() {
        Map<Integer, String> ranges = new TreeMap<>();
        try (TestKafkaDoor door = new TestKafkaDoor();
                FrameClient client = door.connect()) {
            ApiVersionsRequestData question =
                    new ApiVersionsRequestData().setClientSoftwareName("test").setClientSoftwareVersion("1");
            client.ask(ApiKeys.API_VERSIONS, 3, question, new ApiVersionsResponseData())
                    .apiKeys()
                    .forEach(api -> ranges.put((int) api.apiKey(), api.minVersion() + "-" + api.maxVersion()));
        }
        return ranges;
    }
}

package io.letterbox.sse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.http.Json;
import io.letterbox.http.JsonBytes;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.RecordHeader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class SseEncoderTest {
    private static final PartitionLayout LAYOUT = layout();

    @Property(tries = 2000)
    void anyBytesArriveAsTheStandardSays(@ForAll byte[] value) throws Exception {
        check(value);
    }

    /** Random bytes are hardly ever text; these are, with every kind of line end and field. */
    @Property(tries = 2000)
    void anyTextArrivesAsTheStandardSays(@ForAll("injections") String value) throws Exception {
        check(value.getBytes(StandardCharsets.UTF_8));
    }

    @Provide
    Arbitrary<String> injections() {
        return Arbitraries.of(
                        "\r",
                        "\n",
                        "\r\n",
                        " ",
                        "",
                        ":",
                        "data: x",
                        "id: 7",
                        "event: gap",
                        "é",
                        "\0",
                        "\ufeff",
                        "😀",
                        "a")
                .list()
                .ofMaxSize(20)
                .map(parts -> String.join("", parts));
    }

    private static void check(byte[] value) throws Exception {
        List<EventStreamParser.Event> events = parse(encode(value, false));
        assertThat(events).hasSize(1);
        EventStreamParser.Event event = events.get(0);
        assertThat(event.type()).isEqualTo("message");
        assertThat(Cursor.parse(event.lastEventId()).get(0).nextOffset(0)).isEqualTo(1);
        String text = textOf(value);
        if (text != null) {
            assertThat(event.data()).isEqualTo(text.replace("\r\n", "\n").replace('\r', '\n'));
        } else {
            JsonNode envelope = Json.MAPPER.readTree(event.data());
            assertThat(envelope.get("valueEncoding").asText()).isEqualTo("base64");
            assertThat(Base64.getDecoder().decode(envelope.get("value").asText()))
                    .isEqualTo(value);
        }
        JsonNode envelope =
                Json.MAPPER.readTree(parse(encode(value, true)).get(0).data());
        assertThat(envelope.get("topic").asText()).isEqualTo("t");
        if (text != null) assertThat(envelope.get("value").asText()).isEqualTo(text);
    }

    @Test
    void aNullValueIsAnEmptyEventAndANullInItsEnvelope() throws Exception {
        assertThat(parse(encode(null, false)).get(0).data()).isEmpty();
        assertThat(Json.MAPPER
                        .readTree(parse(encode(null, true)).get(0).data())
                        .get("value")
                        .isNull())
                .isTrue();
    }

    private static String textOf(byte[] value) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static JsonBytes encode(byte[] value, boolean envelope) {
        BatchBuilder batch = new BatchBuilder(64);
        batch.append(1, "k".getBytes(StandardCharsets.UTF_8), value, List.of(new RecordHeader("h", new byte[] {-1})));
        RecordCursor record = new RecordCursor(batch.build(), 0);
        assertThat(record.next()).isTrue();
        JsonBytes out = new JsonBytes(16);
        new SseEncoder(out, LAYOUT, envelope).write(0, new long[] {1}, record);
        return out;
    }

    private static List<EventStreamParser.Event> parse(JsonBytes bytes) {
        EventStreamParser parser = new EventStreamParser("");
        parser.feed(bytes.array(), 0, bytes.length());
        return parser.take();
    }

    private static PartitionLayout layout() {
        TreeMap<String, TopicImage> topics = new TreeMap<>();
        PartitionImage partition = new PartitionImage(0, 1, 0, List.of(1), List.of(1));
        topics.put("t", new TopicImage("t", UUID.randomUUID(), List.of(partition), new TopicConfig(Map.of())));
        return PartitionLayout.of(
                new Subscription(List.of("t"), -1, null, false), new ClusterImage(1, "c", Map.of(), topics));
    }
}

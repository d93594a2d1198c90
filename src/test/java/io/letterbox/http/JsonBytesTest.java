package io.letterbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.RecordHeader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class JsonBytesTest {
    private static String text(JsonBytes out) {
        return out.copy().toString(StandardCharsets.UTF_8);
    }

    @Property(tries = 1_000)
    void anyTextCanBeReadBack(@ForAll String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        JsonBytes out = new JsonBytes(1).string(utf8, 0, utf8.length);
        assertThat(Json.parse(out.take().getBytes()).textValue()).isEqualTo(new String(utf8, StandardCharsets.UTF_8));
    }

    @Property(tries = 1_000)
    void anyNumberIsWrittenAsJavaWritesIt(@ForAll long number) {
        assertThat(text(new JsonBytes(1).number(number))).isEqualTo(Long.toString(number));
    }

    @Test
    void numbersAtTheEdges() {
        for (long n : new long[] {0, 9, 10, 99, 100, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
            assertThat(text(new JsonBytes(1).number(n))).isEqualTo(Long.toString(n));
        }
    }

    @Test
    void controlCharactersAreEscaped() {
        assertThat(text(new JsonBytes(1).string("\"\\\n\r\t\u0000\u001f\u007f/")))
                .isEqualTo("\"\\\"\\\\\\n\\r\\t\\u0000\\u001f\\u007f/\"");
    }

    @Property(tries = 2_000)
    void textIsToldFromBytesAsTheJdkTells(@ForAll byte[] bytes) {
        assertThat(Utf8.isValid(bytes, 0, bytes.length)).isEqualTo(isUtf8(bytes));
    }

    @Test
    void everySequenceOfFourBytesAtTheEdgesIsToldAsTheJdkTells() {
        int[] edges = {
            0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef,
            0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff
        };
        for (int a : edges) {
            for (int b : edges) {
                for (int c : edges) {
                    for (int d : edges) {
                        byte[] bytes = {(byte) a, (byte) b, (byte) c, (byte) d};
                        assertThat(Utf8.isValid(bytes, 0, 4)).isEqualTo(isUtf8(bytes));
                    }
                }
            }
        }
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    @Test
    void anEnvelopeHoldsEverythingOfARecord() {
        BatchBuilder batch = new BatchBuilder(64);
        byte[] binary = {(byte) 0xff, 0};
        List<RecordHeader> headers = List.of(
                new RecordHeader("a", "1".getBytes(StandardCharsets.UTF_8)),
                new RecordHeader("a", null),
                new RecordHeader("b", binary));
        batch.append(1_500, binary, "{\"x\":1}\n".getBytes(StandardCharsets.UTF_8), headers);
        batch.append(1_501, null, null, List.of());
        RecordCursor cursor = new RecordCursor(batch.build(), 0);
        cursor.next();
        JsonBytes out = new JsonBytes(1);
        RecordEnvelope.write(out, "t", 3, cursor);
        JsonNode record = Json.parse(out.take().getBytes());
        String base64 = Base64.getEncoder().encodeToString(binary);
        assertThat(record.toString())
                .isEqualTo("{\"topic\":\"t\",\"partition\":3,\"offset\":0,\"timestamp\":1500,\"key\":\"" + base64
                        + "\",\"keyEncoding\":\"base64\",\"headers\":[{\"name\":\"a\",\"value\":\"1\"},"
                        + "{\"name\":\"a\",\"value\":null},{\"name\":\"b\",\"value\":\"" + base64
                        + "\",\"encoding\":\"base64\"}],\"value\":\"{\\\"x\\\":1}\\n\"}");
        cursor.next();
        out = new JsonBytes(1);
        RecordEnvelope.write(out, null, 3, cursor);
        assertThat(text(out))
                .isEqualTo(
                        "{\"partition\":3,\"offset\":1,\"timestamp\":1501,\"key\":null,\"headers\":[],\"value\":null}");
    }
}

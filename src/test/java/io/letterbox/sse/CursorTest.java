package io.letterbox.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CursorTest {
    @Property
    void whatIsWrittenIsRead(
            @ForAll int nameTag,
            @ForAll int incarnationTag,
            @ForAll @IntRange(max = 100_000) int first,
            @ForAll @Size(max = 40) List<@LongRange(max = Long.MAX_VALUE) Long> offsets) {
        Cursor.Writer writer = new Cursor.Writer();
        writer.begin();
        for (int topic = 0; topic < 3; topic++) {
            writer.topic(nameTag + topic, incarnationTag, first, offsets.size());
            offsets.forEach(writer::offset);
        }

        List<Cursor.TopicOffsets> entries = Cursor.parse(text(writer));

        assertThat(entries).hasSize(3);
        for (int topic = 0; topic < 3; topic++) {
            Cursor.TopicOffsets entry = entries.get(topic);
            assertThat(entry.nameTag()).isEqualTo(nameTag + topic);
            assertThat(entry.incarnationTag()).isEqualTo(incarnationTag);
            assertThat(entry.nextOffset(first - 1)).isEqualTo(-1);
            for (int i = 0; i < offsets.size(); i++) {
                assertThat(entry.nextOffset(first + i)).isEqualTo(offsets.get(i));
            }
            assertThat(entry.nextOffset(first + offsets.size())).isEqualTo(-1);
        }
    }

    @Property
    void whatIsWrittenGoesIntoAUrlAsItIs(@ForAll @LongRange(max = Long.MAX_VALUE) long offset, @ForAll int tag) {
        Cursor.Writer writer = new Cursor.Writer();
        writer.begin();
        writer.topic(tag, ~tag, 0, 1);
        writer.offset(offset);
        assertThat(text(writer)).matches("[A-Za-z0-9_-]{14,30}");
    }

    @Property(tries = 2000)
    void anyTextIsACursorOrRefused(@ForAll String text) {
        readOrRefused(text);
    }

    @Property(tries = 2000)
    void anyBytesAreACursorOrRefused(@ForAll byte[] bytes) {
        readOrRefused(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        bytes = bytes.clone();
        if (bytes.length > 0) bytes[0] = 1;
        readOrRefused(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    @Test
    void moreThanOneConnectionMayFollowIsRefused() {
        Cursor.Writer writer = new Cursor.Writer();
        writer.begin();
        writer.topic(1, 2, 0, DeliveryLimits.PARTITIONS_PER_SUBSCRIPTION + 1);
        for (int i = 0; i <= DeliveryLimits.PARTITIONS_PER_SUBSCRIPTION; i++) writer.offset(1);
        refused(text(writer));
        refused("");
        refused("A".repeat(DeliveryLimits.CURSOR_CHARS + 1));
    }

    private static void readOrRefused(String text) {
        try {
            Cursor.parse(text);
        } catch (ApiException refusal) {
            assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_CURSOR);
        }
    }

    private static void refused(String text) {
        assertThatThrownBy(() -> Cursor.parse(text))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CURSOR));
    }

    private static String text(Cursor.Writer writer) {
        JsonBytes out = new JsonBytes(16);
        writer.writeTo(out);
        return new String(out.array(), 0, out.length(), StandardCharsets.US_ASCII);
    }
}

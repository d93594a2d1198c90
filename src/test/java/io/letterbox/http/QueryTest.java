package io.letterbox.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class QueryTest {
    private static final Set<String> KNOWN = Set.of("partition", "key", "on");

    private static Query parse(String query) {
        return Query.parse(query, KNOWN);
    }

    private static void refuses(ThrowingCallable call, String... words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .message()
                .contains(words);
    }

    @Test
    void valuesAreDecoded() {
        Query query = parse("key=a%20b+c%2B%C3%A9&&partition=7&on");
        assertThat(query.text("key")).isEqualTo("a b c+é");
        assertThat(query.integer("partition", 0, 0, 9)).isEqualTo(7);
        assertThat(query.flag("on", false)).isTrue();
        assertThat(parse(null).text("key")).isNull();
        assertThat(parse("key=").text("key")).isEmpty();
        assertThat(parse("key=a=b").text("key")).isEqualTo("a=b");
    }

    @Test
    void whatKeepsCachesAwayMeansNothing() {
        Query query = parse("_=1795991570&key=a&_&_=%zz");
        assertThat(query.text("key")).isEqualTo("a");
        assertThat(query.has("_")).isFalse();
        refuses(() -> parse("__=1"), "'__'");
    }

    @Test
    void whatIsNotUnderstoodIsRefused() {
        refuses(() -> parse("partiton=1"), "partiton", "did you mean partition?");
        refuses(() -> parse("zzzzzzzzzzz=1"), "here. Understood are key, on, partition.");
        refuses(() -> parse("key=%"), "hexadecimal");
        refuses(() -> parse("key=%1"), "hexadecimal");
        refuses(() -> parse("key=%1&on=23"), "hexadecimal");
        refuses(() -> parse("key=%zz"), "hexadecimal");
        refuses(() -> parse("key=%ff"), "UTF-8");
        refuses(() -> parse("key=%c0%80"), "UTF-8");
        refuses(() -> parse("key=%ed%a0%80"), "UTF-8");
        refuses(() -> parse("key=é"), "ASCII");
        refuses(() -> parse("key=a&key=b").text("key"), "once");
        refuses(() -> parse("partition=10").integer("partition", 0, 0, 9), "from 0 to 9", "'10'");
        refuses(() -> parse("partition=%2B1").integer("partition", 0, 0, 9), "'+1'");
        refuses(() -> parse("partition=").integer("partition", 0, 0, 9), "''");
        refuses(() -> parse("partition=99999999999999999999").integer("partition", 0, 0, 9), "whole number");
        refuses(() -> parse("on=yes").flag("on", false), "true or false");
        refuses(() -> parse("key=2026-13-01T00:00:00Z").timeMs("key"), "time such as");
        refuses(() -> parse("key=x&".repeat(1_001)), "1000");
    }

    @Test
    void timesAreReadWithTheirZones() {
        assertThat(parse("key=1970-01-01T01:00:00%2B01:00").timeMs("key")).isZero();
        assertThat(parse("key=1970-01-01T00:00:00.5Z").timeMs("key")).isEqualTo(500);
    }

    @Property(tries = 500)
    void anyTextSurvivesItsEncoding(@ForAll String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        StringBuilder encoded = new StringBuilder("key=");
        for (byte b : utf8) encoded.append(String.format("%%%02X", b & 0xff));
        assertThat(parse(encoded.toString()).text("key")).isEqualTo(new String(utf8, StandardCharsets.UTF_8));
    }

    @Property(tries = 1_000)
    void anyQueryIsReadOrRefused(@ForAll String query) {
        try {
            parse(query).all("key");
        } catch (ApiException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        }
    }
}

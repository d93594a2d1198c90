package io.letterbox.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordCursor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FilterTest {
    private static final String PAYMENT =
            "{\"amount\":120.50,\"id\":7205759403792793601,\"user\":{\"name\":\"Ann\",\"a/b\":1,\"m~n\":2,\"\":3},"
                    + "\"tags\":[\"new\",7,null],\"done\":false,\"note\":null,\"k\":1,\"k\":2}";

    private static Truth test(String filter, String key, byte[] value) {
        BatchBuilder batch = new BatchBuilder(100);
        batch.append(0, key == null ? null : key.getBytes(StandardCharsets.UTF_8), value, List.of());
        RecordCursor cursor = new RecordCursor(batch.build(), 0);
        assertThat(cursor.next()).isTrue();
        return Filter.parse(filter).test(cursor);
    }

    private static Truth test(String filter, String value) {
        return test(filter, "k1", value.getBytes(StandardCharsets.UTF_8));
    }

    private static void holds(String... filters) {
        for (String filter : filters) {
            assertThat(test(filter, PAYMENT)).as(filter).isEqualTo(Truth.TRUE);
        }
    }

    private static void fails(String... filters) {
        for (String filter : filters) {
            assertThat(test(filter, PAYMENT)).as(filter).isEqualTo(Truth.FALSE);
        }
    }

    @Test
    void pointersLeadToTheirPlaces() {
        holds(
                "/user/name = \"Ann\"",
                "/user/a~1b = 1",
                "/user/m~0n = 2",
                "/user/ = 3",
                "/tags/0 = 'new'",
                "/tags/1 = 7",
                "\"/user/name\" = 'Ann'",
                "/note exists",
                "/user exists",
                "\"\" exists",
                "/k = 2");
        fails("/tags/00 = 'new'", "/tags/- exists", "/tags/3 exists", "/amount/x exists", "/nothing exists", "/k = 1");
        assertThat(test("\"\" > 41", "42")).isEqualTo(Truth.TRUE);
        assertThat(test("/1/a = 5", "[0, {\"a\": 5}]")).isEqualTo(Truth.TRUE);
    }

    @Test
    void numbersAreComparedToTheLastDigit() {
        holds(
                "/amount = 120.5",
                "/amount = 1205e-1",
                "/amount>100",
                "/amount <= 120.50",
                "/amount >= 120.5",
                "/amount < 120.500000000000000000001",
                "/id = 7205759403792793601",
                "/id != 7205759403792793600",
                "/id > 7205759403792793600");
        fails("/id = 7205759403792793600", "/amount > 120.5", "/amount < 1");
        assertThat(test("/a > 1e300", "{\"a\":1e400}")).isEqualTo(Truth.TRUE);
        assertThat(test("/a = 1e400", "{\"a\":1E+400}")).isEqualTo(Truth.TRUE);
        assertThat(test("/a = 0", "{\"a\":-0.0}")).isEqualTo(Truth.TRUE);
    }

    @Test
    void numbersBeyondAllMeasureMatchNothingAndHarmNothing() {
        String digits = "9".repeat(500_000);
        assertThat(test("/a > 1", "{\"a\":" + digits + "}")).isEqualTo(Truth.FALSE);
        assertThat(test("/a = /a".replace("= /a", "!= 1"), "{\"a\":" + digits + "}"))
                .isEqualTo(Truth.TRUE);
        assertThat(test("/b = 1", "{\"a\":" + digits + ",\"b\":1}")).isEqualTo(Truth.TRUE);
        assertThat(test("/a > 1", "{\"a\":1e99999999999}")).isEqualTo(Truth.FALSE);
        assertThat(test("/a > 1e-2147483647", "{\"a\":1e2147483647}")).isEqualTo(Truth.TRUE);
    }

    @Test
    void kindsThatDifferAreUnequalAndHaveNoOrder() {
        holds("/done = false", "/note = null", "/done != true", "/amount != 'x'", "/user != 1", "/note != 0");
        fails(
                "/done = 'false'",
                "/amount = '120.50'",
                "/amount < 'z'",
                "/user/name < 5",
                "/note = false",
                "/nothing = null",
                "/nothing != 1");
        holds("not /nothing = null", "/user/name < 'Anna'", "/user/name >= 'Ann'");
        // U+FF61 is below U+10000, whose first half is a smaller character in Java.
        assertThat(test("/a < '\uD800\uDC00'", "{\"a\":\"\uFF61\"}")).isEqualTo(Truth.TRUE);
    }

    @Test
    void textsContainPartsAndArraysElements() {
        holds("/user/name contains 'nn'", "/tags contains \"new\"", "/tags contains 7.0", "/tags contains null");
        fails("/user/name contains 'x'", "/tags contains 'ne'", "/user contains 'Ann'", "/amount contains 1");
    }

    @Test
    void keysAndWholeValuesAreText() {
        holds("key = 'k1'", "key contains 'k'", "value contains '\"amount\"'", "KEY = 'k1' AND /done = FALSE");
        assertThat(test("value contains 'wor'", "hello world")).isEqualTo(Truth.TRUE);
        assertThat(test("key = null", null, new byte[0])).isEqualTo(Truth.TRUE);
        assertThat(test("value = null", "k", null)).isEqualTo(Truth.TRUE);
        assertThat(test("value contains 'a'", "k", new byte[] {(byte) 0xff, 'a'}))
                .isEqualTo(Truth.FALSE);
    }

    @Test
    void conditionsAreJoined() {
        holds(
                "/amount > 100 and /done = false",
                "/amount > 1000 or /done = false",
                "/amount > 1000 and /done = true or /k = 2",
                "not (/amount > 1000 or /done = true)",
                "not not /k = 2",
                "(/k=2)");
        fails("/k = 2 and (/amount > 1000 or /done = true)", "not /k = 2");
    }

    @Test
    void whatIsNotJsonIsUnknownUnlessSomethingElseDecides() {
        for (String broken : List.of(
                "plain",
                "",
                "{\"amount\":200",
                "{\"amount\":200} x",
                "{\"amount\":200}{}",
                "{amount:200}",
                "[1,]",
                "{\"a\":1,\"amount\":200,}",
                "[".repeat(2_000) + "]".repeat(2_000))) {
            assertThat(test("/amount > 100", broken)).as(broken).isEqualTo(Truth.UNKNOWN);
            assertThat(test("not /amount > 100", broken)).as(broken).isEqualTo(Truth.UNKNOWN);
            assertThat(test("/amount exists", broken)).as(broken).isEqualTo(Truth.UNKNOWN);
            assertThat(test("/amount > 100 or key = 'k1'", broken)).as(broken).isEqualTo(Truth.TRUE);
            assertThat(test("/amount > 100 and key = 'x'", broken)).as(broken).isEqualTo(Truth.FALSE);
        }
        assertThat(test("/a = 1", "k", null)).isEqualTo(Truth.UNKNOWN);
        assertThat(test("/a = 1", "k", new byte[] {'"', (byte) 0xff, '"'})).isEqualTo(Truth.UNKNOWN);
    }

    private static void refused(String text, int position, String word) {
        FilterException wrong = catchThrowableOfType(FilterException.class, () -> Filter.parse(text));
        assertThat(wrong).as(text).isNotNull();
        assertThat(wrong.position()).as(text).isEqualTo(position);
        assertThat(wrong).as(text).hasMessageContaining(word);
    }

    @Test
    void whatIsWrongIsSaidWithItsPlace() {
        refused("", 0, "the end");
        refused("amount > 100", 0, "JSON pointer");
        refused("/amount", 7, "contains");
        refused("/amount >", 9, "number");
        refused("/amount > x", 10, "“x”");
        refused("/amount > 01", 10, "RFC 8259");
        refused("/amount > 1.", 10, "RFC 8259");
        refused("/amount > 1 /b = 2", 12, "“and”");
        refused("/amount > true", 10, "order");
        refused("/a =! 1", 3, "contains");
        refused("/a = 'x", 5, "not closed");
        refused("/a = 'x\\q'", 7, "escape");
        refused("/a = '\\u12'", 6, "hexadecimal");
        refused("/a~2 = 1", 0, "~0");
        refused("'a' = 1", 0, "slash");
        refused("(/a = 1", 7, "closing");
        refused("/a = 1)", 6, "“and”");
        refused("/a = 1 # x", 7, "#");
        refused("/a = 1e9999999999", 5, "too large");
        refused("/a = " + "1".repeat(999), Math.min(1000, 1000), "1000");
        refused("(".repeat(17) + "/a = 1" + ")".repeat(17), 16, "16");
        refused("/a=1" + " or /a=1".repeat(16), 4 + 8 * 15 + 4, "16");
    }

    /** Any text is a filter, or is refused with a position within the text. */
    @Test
    void noTextBreaksTheParser() {
        Random random = new Random(7);
        String[] parts = {
            "/a",
            "/",
            "'",
            "\"",
            "(",
            ")",
            "and",
            "or",
            "not",
            "=",
            "!=",
            "<",
            "1",
            "-",
            "1e5",
            "true",
            "null",
            " ",
            "contains",
            "exists",
            "key",
            "value",
            "\\",
            "~",
            "é",
            "\uD83D",
            "\u0000"
        };
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i > 0; i--)
                text.append(parts[random.nextInt(parts.length)]).append(' ');
            try {
                test(text.toString(), PAYMENT);
            } catch (FilterException refusal) {
                assertThat(refusal.position()).as(text.toString()).isBetween(0, text.length());
            }
        }
    }
}

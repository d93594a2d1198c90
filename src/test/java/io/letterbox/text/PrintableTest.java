package io.letterbox.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void ordinaryTextStaysAsItIs() {
        String text = "Grüße, 世界 😀\tüber «alles» – {\"a\":1}";
        assertThat(Printable.line(text)).isEqualTo(text);
        assertThat(Printable.lines(text + "\n" + text)).isEqualTo(text + "\n" + text);
    }

    @Test
    void whatATerminalObeysIsMadeVisible() {
        assertThat(Printable.line("\u001b]0;owned\u0007\u001b[2J")).isEqualTo("\\u001b]0;owned\\u0007\\u001b[2J");
        assertThat(Printable.line("a\rb\bc\u007fd\u0000")).isEqualTo("a\\u000db\\u0008c\\u007fd\\u0000");
        assertThat(Printable.line("\u009b2J\u0085")).isEqualTo("\\u009b2J\\u0085");
    }

    @Test
    void noLineIsAddedByWhatHasToBeOne() {
        assertThat(Printable.line("one\nERROR two\u2028three")).isEqualTo("one\\u000aERROR two\\u2028three");
    }

    @Test
    void textIsNotReordered() {
        assertThat(Printable.line("user\u202etxt.exe\u2066\u200f\u061c"))
                .isEqualTo("user\\u202etxt.exe\\u2066\\u200f\\u061c");
    }

    @Test
    void everyControlCharacterIsCaught() {
        for (char c = 0; c < 0x100; c++) {
            boolean harmless = !Character.isISOControl(c) || c == '\t';
            assertThat(Printable.line("x" + c).equals("x" + c))
                    .as("%04x", (int) c)
                    .isEqualTo(harmless);
        }
    }

    @Test
    void aStreamIsCleanedWhereverItIsCut() throws IOException {
        byte[] text = "é\u001b[1m世\u009b界😀\n".getBytes(StandardCharsets.UTF_8);
        for (int step = 1; step <= text.length; step++) {
            ByteArrayOutputStream screen = new ByteArrayOutputStream();
            try (PrintableStream stream = new PrintableStream(screen)) {
                for (int at = 0; at < text.length; at += step) {
                    stream.write(text, at, Math.min(step, text.length - at));
                }
            }
            assertThat(screen.toString(StandardCharsets.UTF_8)).isEqualTo("é\\u001b[1m世\\u009b界😀\n");
        }
    }

    @Test
    void bytesThatAreNoTextAreNoControlEither() throws IOException {
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        try (PrintableStream stream = new PrintableStream(screen)) {
            stream.write(new byte[] {'a', (byte) 0x9b, '2', 'J', (byte) 0xff, 'b'});
        }
        assertThat(screen.toString(StandardCharsets.UTF_8)).isEqualTo("a\ufffd2J\ufffdb");
    }

    @Test
    void longTextPassesWhole() throws IOException {
        String text = "ab😀\n".repeat(10_000);
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        try (PrintableStream stream = new PrintableStream(screen)) {
            stream.write(text.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(screen.toString(StandardCharsets.UTF_8)).isEqualTo(text);
    }
}

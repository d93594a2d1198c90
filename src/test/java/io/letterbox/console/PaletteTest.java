package io.letterbox.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The contrast of the colours, in both schemes (WCAG 2.2, success criteria 1.4.3 and 1.4.11). */
class PaletteTest {
    private static final double TEXT = 4.5;
    private static final double GRAPHICS = 3.0;
    private static final Pattern VARIABLE =
            Pattern.compile("--([a-z0-9-]+): light-dark\\(#([0-9a-f]{6}), #([0-9a-f]{6})\\);");

    private final Map<String, int[]> colours = new HashMap<>();

    PaletteTest() {
        String css = ConsolePart.files()
                .byPath()
                .get("/console/console.css")
                .content()
                .toString();
        Matcher matcher = VARIABLE.matcher(css);
        while (matcher.find()) {
            colours.put(
                    matcher.group(1),
                    new int[] {Integer.parseInt(matcher.group(2), 16), Integer.parseInt(matcher.group(3), 16)});
        }
    }

    @Test
    void textStandsOutFromEverySurface() {
        for (String surface : List.of("bg", "surface", "sunken", "hover")) {
            for (String text : List.of("text", "muted", "accent", "good", "warn", "bad")) {
                check(text, surface, TEXT);
            }
        }
        check("on-accent", "accent", TEXT);
        check("on-bad", "bad", TEXT);
    }

    @Test
    void bordersOfControlsAndLinesOfChartsStandOut() {
        check("strong-line", "surface", GRAPHICS);
        check("series-1", "surface", GRAPHICS);
        check("series-2", "surface", GRAPHICS);
    }

    private void check(String first, String second, double least) {
        assertThat(colours).containsKeys(first, second);
        for (int scheme = 0; scheme < 2; scheme++) {
            double a = luminance(colours.get(first)[scheme]);
            double b = luminance(colours.get(second)[scheme]);
            double contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            assertThat(contrast)
                    .as(first + " on " + second + (scheme == 0 ? ", light" : ", dark"))
                    .isGreaterThanOrEqualTo(least);
        }
    }

    private static double luminance(int rgb) {
        return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) + 0.0722 * linear(rgb);
    }

    private static double linear(int channel) {
        double value = (channel & 0xff) / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }
}

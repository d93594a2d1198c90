package io.letterbox.cli;

import java.util.Locale;

/** Numbers as people read them. */
final class ReadableNumbers {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private ReadableNumbers() {}

    /** {@code 1 record}, {@code 2 records}. */
    static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /** {@code 1.5 MiB}. */
    static String bytes(long sizeBytes) {
        double size = sizeBytes;
        int unit = 0;
        while (size >= 1024 && unit < UNITS.length - 1) {
            size /= 1024;
            unit++;
        }
        return unit == 0 ? sizeBytes + " B" : String.format(Locale.ROOT, "%.1f %s", size, UNITS[unit]);
    }
}

package io.letterbox.text;

/** The distance of a mistyped name from a real one. */
public final class EditDistance {
    /** Longer names are compared by their beginnings only, because the time grows with the product of their lengths. */
    private static final int MAX_LENGTH = 200;

    private EditDistance() {}

    /** The number of insertions, deletions, replacements and swaps of neighbours (Damerau, 1964). */
    public static int between(String a, String b) {
        int height = Math.min(a.length(), MAX_LENGTH);
        int width = Math.min(b.length(), MAX_LENGTH);
        int[] beforeLast = new int[width + 1];
        int[] last = new int[width + 1];
        int[] row = new int[width + 1];
        for (int j = 0; j <= width; j++) last[j] = j;
        for (int i = 1; i <= height; i++) {
            row[0] = i;
            for (int j = 1; j <= width; j++) {
                int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(last[j], row[j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            int[] free = beforeLast;
            beforeLast = last;
            last = row;
            row = free;
        }
        return last[width];
    }
}

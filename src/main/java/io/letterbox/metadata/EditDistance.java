package io.letterbox.metadata;

/** How far a mistyped name is from a real one: the number of letters to insert, drop or replace (Levenshtein). */
final class EditDistance {
    /** Longer names are compared by their beginnings only, so that nobody can make us work for long. */
    private static final int MAX_LENGTH = 64;

    private EditDistance() {}

    static int between(String a, String b) {
        int width = Math.min(b.length(), MAX_LENGTH);
        int[] row = new int[width + 1];
        for (int j = 0; j <= width; j++) row[j] = j;
        for (int i = 1; i <= Math.min(a.length(), MAX_LENGTH); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= width; j++) {
                int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[width];
    }
}

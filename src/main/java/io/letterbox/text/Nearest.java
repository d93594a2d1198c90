package io.letterbox.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the most similar name, to suggest it for a misspelt one. */
public final class Nearest {
    private static final int ALWAYS_ALLOWED = 2;

    private Nearest() {}

    /**
     * The candidate with the smallest edit distance, ignoring case; of several, the first. Empty if even that one
     * differs too much, because a far-fetched suggestion confuses more than none.
     *
     * @param part a candidate may differ in one of this many letters; two letters are always allowed
     */
    public static Optional<String> to(String name, Collection<String> candidates, int part) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return candidates.stream()
                .min(Comparator.comparingInt(candidate -> distance(wanted, candidate)))
                .filter(best -> distance(wanted, best) <= Math.max(ALWAYS_ALLOWED, best.length() / part));
    }

    private static int distance(String wanted, String candidate) {
        return EditDistance.between(wanted, candidate.toLowerCase(Locale.ROOT));
    }
}

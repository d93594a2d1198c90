package io.letterbox.groups.patterns;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.letterbox.groups.patterns.ProgramSize.Estimate;

/**
 * A regular expression of RE2's, as KIP-848 and KIP-1152 demand: a match takes time in proportion to the text and to the
 * program. So the program is bounded here, and {@link #steps} tells beforehand what a match can take. Immutable.
 */
public final class BoundedPattern {
    /** Characters of an expression. */
    public static final int MAX_CHARS = 2048;

    /** Instructions that an expression may become; the longest one without repetitions has some more than its characters. */
    static final int MAX_PROGRAM = 4_000;

    /** Counted repetitions within each other, multiplied: the limit that RE2 has for one of them, and in C++ and Go for all. */
    static final int MAX_REPEATS = 1_000;

    /** Groups within each other; parser and compiler call themselves for each. */
    static final int MAX_DEPTH = 100;

    /** Instructions that may be tried for one request, characters times the program: some seconds at the most. */
    public static final long MAX_STEPS = 250_000_000;

    private final Pattern pattern;

    private BoundedPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /** Says what is wrong with an expression, in a whole sentence. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String why) {
            super(why, null, false, false);
        }
    }

    /**
     * Looks an expression over without compiling it; takes time in proportion to its length.
     *
     * @throws Refused where it is too long, or would become too large
     */
    public static void check(String regex) throws Refused {
        if (regex.length() > MAX_CHARS) {
            throw new Refused(
                    "A regular expression can have " + MAX_CHARS + " characters, not " + regex.length() + ".");
        }
        Estimate estimate = ProgramSize.of(regex);
        if (estimate.depth() > MAX_DEPTH) {
            throw new Refused("A regular expression can have " + MAX_DEPTH + " groups within each other, not "
                    + estimate.depth() + ".");
        }
        if (estimate.repeats() > MAX_REPEATS) {
            throw new Refused("The repetitions within each other in the regular expression " + regex
                    + " come to more than " + MAX_REPEATS + ".");
        }
        if (estimate.instructions() > MAX_PROGRAM) {
            throw new Refused("The regular expression " + regex + " becomes a program of more than " + MAX_PROGRAM
                    + " instructions; it needs fewer repetitions.");
        }
    }

    /**
     * Compiles an expression. It may take some milliseconds.
     *
     * @throws Refused where {@link #check} does, or it is not one of RE2
     */
    public static BoundedPattern of(String regex) throws Refused {
        check(regex);
        try {
            return new BoundedPattern(Pattern.compile(regex));
        } catch (PatternSyntaxException e) {
            throw new Refused("The regular expression " + regex + " is not one of RE2: " + e.getDescription() + ".");
        } catch (StackOverflowError e) {
            throw tooDeep(regex);
        }
    }

    private static Refused tooDeep(String regex) {
        return new Refused("The regular expression " + regex + " has too much within each other.");
    }

    /** How many instructions matching a text may try. */
    public long steps(String text) {
        return (text.length() + 1L) * pattern.programSize();
    }

    /**
     * Whether a text matches as a whole.
     *
     * @throws Refused where the program goes too deep
     */
    public boolean matches(String text) throws Refused {
        try {
            return pattern.matches(text);
        } catch (StackOverflowError e) {
            throw tooDeep(pattern.pattern());
        }
    }
}

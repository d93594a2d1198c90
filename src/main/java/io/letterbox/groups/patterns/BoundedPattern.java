package io.letterbox.groups.patterns;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.letterbox.groups.patterns.ProgramSize.Estimate;

/**
 * A regular expression of RE2, as KIP-848 and KIP-1152 demand, with a bounded program. The time of a match is
 * proportional to the lengths of the text and of the program, so {@link #steps} is an upper bound of its cost.
 * Immutable.
 */
public final class BoundedPattern {
    /** The limit of characters of an expression. */
    public static final int MAX_CHARS = 2048;

    /**
     * The limit of instructions of a program; that of the longest expression without repetitions has a few more than it
     * has characters.
     */
    static final int MAX_PROGRAM = 4_000;

    /**
     * The limit for the product of nested counted repetitions: RE2's limit for one of them, and in C++ and Go for all.
     */
    static final int MAX_REPEATS = 1_000;

    /** The limit of nested groups; parser and compiler recurse for each. */
    static final int MAX_DEPTH = 100;

    /** The limit of steps for one request, which take some seconds at most. */
    public static final long MAX_STEPS = 250_000_000;

    private final Pattern pattern;

    private BoundedPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /** Signals that an expression is refused; the message is a whole sentence. */
    public static final class PatternRefusedException extends Exception {
        private static final long serialVersionUID = 1;

        PatternRefusedException(String why) {
            super(why, null, false, false);
        }
    }

    /**
     * Checks an expression without compiling it; takes time in proportion to its length.
     *
     * @throws PatternRefusedException if it is too long, or its program would be too large
     */
    public static void check(String regex) throws PatternRefusedException {
        if (regex.length() > MAX_CHARS) {
            throw new PatternRefusedException(
                    "A regular expression can have " + MAX_CHARS + " characters, not " + regex.length() + ".");
        }
        Estimate estimate = ProgramSize.of(regex);
        if (estimate.depth() > MAX_DEPTH) {
            throw new PatternRefusedException("A regular expression can have " + MAX_DEPTH
                    + " groups within each other, not " + estimate.depth() + ".");
        }
        if (estimate.repeats() > MAX_REPEATS) {
            throw new PatternRefusedException("The repetitions within each other in the regular expression " + regex
                    + " come to more than " + MAX_REPEATS + ".");
        }
        if (estimate.instructions() > MAX_PROGRAM) {
            throw new PatternRefusedException("The regular expression " + regex + " becomes a program of more than "
                    + MAX_PROGRAM + " instructions; it needs fewer repetitions.");
        }
    }

    /**
     * Compiles an expression. It may take some milliseconds.
     *
     * @throws PatternRefusedException if {@link #check} refuses it, or its syntax is not that of RE2
     */
    public static BoundedPattern of(String regex) throws PatternRefusedException {
        check(regex);
        try {
            return new BoundedPattern(Pattern.compile(regex));
        } catch (PatternSyntaxException e) {
            throw new PatternRefusedException(
                    "The regular expression " + regex + " is not one of RE2: " + e.getDescription() + ".");
        } catch (StackOverflowError e) {
            throw tooDeep(regex);
        }
    }

    private static PatternRefusedException tooDeep(String regex) {
        return new PatternRefusedException("The regular expression " + regex + " has too much within each other.");
    }

    /** An upper bound of the steps of matching a text. */
    public long steps(String text) {
        return (text.length() + 1L) * pattern.programSize();
    }

    /**
     * Whether a text matches as a whole.
     *
     * @throws PatternRefusedException if matching recurses too deep
     */
    public boolean matches(String text) throws PatternRefusedException {
        try {
            return pattern.matches(text);
        } catch (StackOverflowError e) {
            throw tooDeep(pattern.pattern());
        }
    }
}

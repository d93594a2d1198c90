package io.letterbox.groups.patterns;

import java.util.ArrayDeque;

/**
 * Estimates the size of a regular expression's program after RE2 has unrolled its repetitions, without unrolling them:
 * {@code (a{9}){9}} has 81 instructions and some more. Parses the syntax only as far as that needs; the compiler
 * refuses malformed expressions.
 *
 * <p>Lives as long as one call of {@link #of}.
 */
final class ProgramSize {
    /** The limit to which larger estimates are cut. */
    private static final long ENDLESS = Integer.MAX_VALUE;

    private final String regex;
    private final ArrayDeque<Fragment> open = new ArrayDeque<>();
    private int at;
    private int depth;

    /**
     * The estimate of an expression.
     *
     * @param instructions about how many instructions its program has
     * @param repeats the largest product of nested counted repetitions
     * @param depth the depth of its nested groups
     */
    record Estimate(long instructions, long repeats, int depth) {}

    /** The estimate of a group, as far as it was read, or of a single character. */
    private static final class Fragment {
        long instructions;
        long repeats = 1;

        void add(Fragment other) {
            instructions = Math.min(ENDLESS, instructions + other.instructions);
            repeats = Math.max(repeats, other.repeats);
        }
    }

    private ProgramSize(String regex) {
        this.regex = regex;
    }

    static Estimate of(String regex) {
        return new ProgramSize(regex).estimate();
    }

    private Estimate estimate() {
        open.push(new Fragment());
        while (at < regex.length()) {
            char next = regex.charAt(at);
            if (next == '(') {
                at++;
                open.push(new Fragment());
                // A capturing group has an instruction at either end.
                if (skipFlags()) open.peek().instructions = 2;
                depth = Math.max(depth, open.size() - 1);
            } else if (next == ')' && open.size() > 1) {
                at++;
                Fragment group = open.pop();
                open.peek().add(repeated(group));
            } else {
                skipAtom(next);
                Fragment atom = new Fragment();
                // An alternative takes two instructions, a split and a jump; other atoms take one.
                atom.instructions = next == '|' ? 2 : 1;
                open.peek().add(repeated(atom));
            }
        }
        while (open.size() > 1) {
            Fragment unclosed = open.pop();
            open.peek().add(unclosed);
        }
        return new Estimate(open.peek().instructions, open.peek().repeats, depth);
    }

    /** Skips {@code ?:}, {@code ?i:} or {@code ?P<name>} at the beginning of a group; true if the group captures. */
    private boolean skipFlags() {
        if (at >= regex.length() || regex.charAt(at) != '?') return true;
        while (at < regex.length() && ":>)".indexOf(regex.charAt(at)) < 0) at++;
        boolean named = at < regex.length() && regex.charAt(at) == '>';
        if (at < regex.length() && regex.charAt(at) != ')') at++;
        return named;
    }

    private void skipAtom(char first) {
        if (first == '\\') {
            if (regex.startsWith("\\Q", at)) {
                // The quoted characters are read one by one; the mark counts as one, too.
                at += 2;
                return;
            }
            at += 2;
            skipBraces();
        } else if (first == '[') {
            at = endOfClass();
        } else {
            at++;
        }
    }

    /** Skips the braces of {@code \p{Greek}} and {@code \x{10FFFF}}; {@link #repeated} reads those of a repetition. */
    private void skipBraces() {
        char escaped = at - 1 < regex.length() ? regex.charAt(at - 1) : ' ';
        boolean named = escaped == 'p' || escaped == 'P' || escaped == 'x';
        if (!named || at >= regex.length() || regex.charAt(at) != '{') return;
        int end = regex.indexOf('}', at);
        at = end < 0 ? regex.length() : end + 1;
    }

    private int endOfClass() {
        int end = at + 1;
        if (end < regex.length() && regex.charAt(end) == '^') end++;
        if (end < regex.length() && regex.charAt(end) == ']') end++;
        while (end < regex.length() && regex.charAt(end) != ']') {
            if (regex.charAt(end) == '\\') end++;
            else if (regex.startsWith("[:", end) && regex.indexOf(":]", end) > 0) end = regex.indexOf(":]", end) + 1;
            end++;
        }
        return Math.min(regex.length(), end + 1);
    }

    /** A part with the repetitions that follow it. */
    private Fragment repeated(Fragment part) {
        while (at < regex.length()) {
            char next = regex.charAt(at);
            if (next == '*' || next == '+' || next == '?') {
                at++;
                part.instructions++;
            } else if (next == '{') {
                Count count = count();
                if (count == null) return part;
                long optional = count.most - count.least;
                part.instructions = Math.min(ENDLESS, part.instructions * Math.max(1, count.most) + optional);
                part.repeats = Math.min(ENDLESS, part.repeats * Math.max(1, count.most));
            } else {
                return part;
            }
        }
        return part;
    }

    /** How often a part is repeated; each optional repetition has an additional instruction that skips it. */
    private record Count(long least, long most) {}

    /** Reads {@code {n}}, {@code {n,}} or {@code {n,m}}; null for anything else, which stays unread. */
    private Count count() {
        int end = regex.indexOf('}', at);
        if (end < 0) return null;
        String[] numbers = regex.substring(at + 1, end).split(",", 2);
        long least = number(numbers[0]);
        boolean endless = numbers.length == 2 && numbers[1].isEmpty();
        long most = numbers.length == 1 ? least : endless ? least + 1 : number(numbers[1]);
        if (least < 0 || most < 0) return null;
        at = end + 1;
        return new Count(least, Math.max(least, most));
    }

    /** A number; negative if it is none. One with more than nine digits counts as endless. */
    private static long number(String digits) {
        if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) return -1;
        return digits.length() > 9 ? ENDLESS : Long.parseLong(digits);
    }
}

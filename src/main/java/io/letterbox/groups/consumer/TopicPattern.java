package io.letterbox.groups.consumer;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.letterbox.record.TopicName;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.Errors;

/**
 * A regular expression that stands for topics. RE2's, as KIP-848 demands: whatever a client sends, a match takes time
 * that is linear in the topic's name, so nobody can hold up the shard with one.
 */
final class TopicPattern {
    /** Characters of an expression; a program is compiled from it. */
    static final int MAX_CHARS = 2048;

    private final Pattern pattern;

    private TopicPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * Compiles an expression.
     *
     * @throws ConsumerRefusal INVALID_REGULAR_EXPRESSION
     */
    static TopicPattern of(String regex) {
        if (regex.length() > MAX_CHARS) {
            throw new ConsumerRefusal(
                    Errors.INVALID_REGULAR_EXPRESSION,
                    "A regular expression can have " + MAX_CHARS + " characters, not " + regex.length() + ".");
        }
        try {
            return new TopicPattern(Pattern.compile(regex));
        } catch (PatternSyntaxException e) {
            throw new ConsumerRefusal(
                    Errors.INVALID_REGULAR_EXPRESSION,
                    "The regular expression " + regex + " is not one of RE2: " + e.getDescription() + ".");
        }
    }

    /** The names that match as a whole, without the server's own topics. */
    Set<String> matching(Iterable<String> names) {
        Set<String> matching = new TreeSet<>();
        for (String name : names) if (!TopicName.isInternal(name) && pattern.matches(name)) matching.add(name);
        return matching;
    }
}

package io.letterbox.groups.patterns;

import io.letterbox.groups.patterns.BoundedPattern.PatternRefusedException;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.record.TopicName;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * The topics of an image that match an expression. Immutable.
 *
 * @param image the image whose topics were matched
 * @param topics the names that match as a whole, without internal topics; null if the expression is refused
 * @param refusal why the expression is refused, in a whole sentence; null if it is not
 */
public record TopicMatch(ClusterImage image, Set<String> topics, String refusal) {
    /**
     * Matches the topics of an image.
     *
     * @param before an earlier match of the expression, so that only new topics are matched; or null
     */
    public static TopicMatch of(String regex, ClusterImage image, TopicMatch before) {
        boolean refusedForGood = before != null && before.topics == null;
        if (refusedForGood) return new TopicMatch(image, null, before.refusal);
        Set<String> known = before == null ? Set.of() : before.image.topics().keySet();
        Set<String> matching = new TreeSet<>();
        try {
            BoundedPattern pattern = BoundedPattern.of(regex);
            long steps = 0;
            for (String name : image.topics().keySet()) {
                if (known.contains(name)) {
                    if (before.topics.contains(name)) matching.add(name);
                    continue;
                }
                if (TopicName.isInternal(name)) continue;
                steps += pattern.steps(name);
                if (steps > BoundedPattern.MAX_STEPS) {
                    throw new PatternRefusedException("Matching the regular expression " + regex + " with "
                            + image.topics().size() + " topics takes too long; it needs fewer repetitions.");
                }
                if (pattern.matches(name)) matching.add(name);
            }
        } catch (PatternRefusedException refused) {
            return new TopicMatch(image, null, refused.getMessage());
        }
        return new TopicMatch(image, Collections.unmodifiableSet(matching), null);
    }
}

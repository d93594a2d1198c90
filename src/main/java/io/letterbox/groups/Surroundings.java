package io.letterbox.groups;

import io.letterbox.groups.patterns.TopicPatterns;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What a coordinator of groups is given from outside, because it is pure.
 *
 * @param ids where the ids of members come from that bring none
 * @param patterns what is known of regular expressions
 */
public record Surroundings(Supplier<UUID> ids, TopicPatterns patterns) {}

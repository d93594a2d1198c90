package io.letterbox.groups;

import io.letterbox.groups.patterns.TopicPatterns;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The services that a pure coordinator of groups gets from outside.
 *
 * @param ids makes ids for members without one
 * @param patterns matches regular expressions with topics
 */
public record GroupServices(Supplier<UUID> ids, TopicPatterns patterns) {}

package io.letterbox.groups.offsets;

import io.letterbox.coordinator.CoordinatorEffect;
import java.util.Map;

/**
 * The effect of expired offsets, which the shell logs.
 *
 * @param groups the numbers of expired offsets of the first {@link #MAX_NAMED} groups, by group id
 * @param further the number of further groups
 */
public record OffsetsExpired(Map<String, Integer> groups, int further) implements CoordinatorEffect {
    /** The limit of listed groups. */
    public static final int MAX_NAMED = 20;
}

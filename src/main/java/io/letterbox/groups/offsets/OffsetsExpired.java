package io.letterbox.groups.offsets;

import io.letterbox.coordinator.CoordinatorEffect;
import java.util.Map;

/**
 * Offsets were forgotten for their age; whoever performs this tells the operator.
 *
 * @param groups how many of which group, of the first {@link #MAX_NAMED}
 * @param further how many groups besides
 */
public record OffsetsExpired(Map<String, Integer> groups, int further) implements CoordinatorEffect {
    /** Groups that are named at a time. */
    public static final int MAX_NAMED = 20;
}

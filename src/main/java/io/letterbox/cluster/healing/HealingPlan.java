package io.letterbox.cluster.healing;

import java.util.List;

/**
 * What {@link Healing} says.
 *
 * @param steps to be done now, in any order
 * @param sentences what is not as it should be and what is waited for, for people; empty if all is well
 */
public record HealingPlan(List<HealingStep> steps, List<String> sentences) {
    public HealingPlan {
        steps = List.copyOf(steps);
        sentences = List.copyOf(sentences);
    }
}

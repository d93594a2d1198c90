package io.letterbox.cluster.birth;

import io.letterbox.cluster.BirthReport;
import java.util.List;

/**
 * What follows from what a node has seen.
 *
 * @param report what to tell others from now on; but with {@code write}, only once that is on the disk
 * @param write what to write down, durably, and then to hand to {@link Birth#wrote}; null if nothing has changed
 * @param sentences what is waited for, and what is wrong and would be right; empty if all is well
 */
public record BirthStep(BirthReport report, Membership write, List<String> sentences) {
    public BirthStep {
        sentences = List.copyOf(sentences);
    }
}

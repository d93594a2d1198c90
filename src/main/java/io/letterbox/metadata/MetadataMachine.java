package io.letterbox.metadata;

import java.util.Map;

/**
 * Turns commands into images. Pure: the same image and the same command give the same answer on every node and at every
 * replay.
 */
public final class MetadataMachine {
    /**
     * @param limits how much to take on
     * @param topicDefaults what topics get that say nothing, texts by {@link TopicConfigKey}; no part of the agreed
     *     state, so each node may have its own
     */
    public MetadataMachine(Limits limits, Map<String, String> topicDefaults) {
        throw new AssertionError("first push");
    }

    /** Checks a command against the image, the limits and the rules for names and settings, and carries it out. */
    public Step apply(ClusterImage image, Command command) {
        throw new AssertionError("first push");
    }
}

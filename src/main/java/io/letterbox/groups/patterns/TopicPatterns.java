package io.letterbox.groups.patterns;

import io.letterbox.metadata.ClusterImage;
import java.util.Optional;

/** What is known of the expressions that groups are subscribed by. Never takes long: where something has to be found out, that happens elsewhere. */
public interface TopicPatterns {
    /**
     * Which topics of an image an expression stands for; empty where that is not known yet. Then the next question may find
     * it.
     */
    Optional<TopicMatch> find(String regex, ClusterImage image);
}

package io.letterbox.groups.patterns;

import io.letterbox.metadata.ClusterImage;
import java.util.Optional;

/** The topics that match the regular expressions of groups. Never blocks: matching happens on another thread. */
public interface TopicPatterns {
    /**
     * The topics of an image that match an expression; empty if that is not known yet. Then a later call may find it.
     */
    Optional<TopicMatch> find(String regex, ClusterImage image);
}

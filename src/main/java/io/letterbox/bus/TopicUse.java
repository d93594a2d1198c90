package io.letterbox.bus;

import io.letterbox.metadata.TopicImage;
import io.vertx.core.Future;

/**
 * Whether a change of topics has arrived where partitions are led: what was made is opened there a moment after it was
 * agreed on. Safe from any thread; futures never fail, and complete on the caller's context.
 */
public interface TopicUse {
    /**
     * Waits until every partition of a topic has a leader that this node knows and that takes records, and until the
     * replicas here are open. A topic that was deleted meanwhile is not waited for.
     *
     * @param topic its name
     * @param timeoutMs how long to wait, in milliseconds; with 0 it is looked once
     * @return false if the time was up
     */
    Future<Boolean> made(String topic, long timeoutMs);

    /**
     * Waits until no node that can be asked has partitions of a deleted topic any more.
     *
     * @param topic as it was
     * @param timeoutMs how long to wait, in milliseconds; with 0 it is looked once
     * @return false if the time was up
     */
    Future<Boolean> deleted(TopicImage topic, long timeoutMs);
}

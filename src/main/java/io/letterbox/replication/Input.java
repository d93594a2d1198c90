package io.letterbox.replication;

/** An event of a replica. */
public sealed interface Input {
    /**
     * Records were appended to this node's log.
     *
     * @param logEndOffset the offset that the next record gets
     */
    record LogEndMoved(long logEndOffset) implements Input {}

    /**
     * Records that were not safe were truncated from this node's log.
     *
     * @param logEndOffset the offset that the next record gets
     */
    record Truncated(long logEndOffset) implements Input {}

    /**
     * Records on this node became as durable as the topic's flush policy demands.
     *
     * @param offset everything below it is
     */
    record Durable(long offset) implements Input {}

    /**
     * The cluster image of this partition changed.
     *
     * @param inSyncReplicas how many replicas are in sync, this one included
     * @param minInSyncReplicas how many the topic demands
     */
    record ReplicasChanged(int inSyncReplicas, int minInSyncReplicas) implements Input {}
}

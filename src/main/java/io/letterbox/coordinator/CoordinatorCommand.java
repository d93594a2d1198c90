package io.letterbox.coordinator;

/**
 * A command for a coordinator.
 *
 * @param <R> the type of its answer; protocol errors are part of it, as in the Kafka protocol's responses
 */
public interface CoordinatorCommand<R> {
    /** The deadline of commands that a coordinator answers at once, in milliseconds. */
    long ANSWER_MS = 5_000;

    /** The internal topic whose partitions have the coordinators. */
    String topic();

    /** The group id or transactional id, which decides the partition whose coordinator is asked. */
    String key();

    /**
     * How long to wait for an answer from another node, in milliseconds, before its coordinator counts as unavailable.
     * Longer for commands that the coordinator answers only when other members have sent theirs.
     */
    default long deadlineMs() {
        return ANSWER_MS;
    }
}
